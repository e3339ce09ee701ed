// Real key strokes: which field they go to.

// Give a field the focus, with all that is in it selected, so that keys replace it; or a button that Enter presses.
// Null when it is not there, takes no focus, or is typed in by parts.
const PARTS = '[type=date],[type=datetime-local],[type=time],[type=month],[type=week],[type=color],[type=range],select';
const keyed = (root, ladder) => {
  const {element} = find(root, ladder);
  return element && !element.matches(ladder.kind === 'press' ? ':not(button,input,a[href],summary)' : PARTS) ? element : null;
};
const focused = element => {
  if (!element) return null;
  element.focus();
  if (element.getRootNode().activeElement !== element) return null;
  if (element.isContentEditable) getSelection().selectAllChildren(element);
  else if (element.select) element.select();
  return element;
};
const focus = (root, ladder) => { typed(); return Boolean(focused(keyed(root, ladder))); };

// Many fields, whose keys are all on their way at once: MARK, a key that no keyboard has and no page sees, gives the
// focus to the next of them.  Until `typed`, keys that would land anywhere else, because the page has moved the focus,
// land nowhere.  The first has the focus now; the answer says of each whether it is empty and takes several lines.
const MARK = 'F24';
let typed = () => {};
const typing = (root, ladders) => {
  typed();
  const watch = window[Symbol.for('oficio')], redrawn = watch.redrawn, left = [];
  const held = ladders.map(ladder => {
    const element = keyed(root, ladder);
    if (!element || element.matches(':disabled')) return null;
    left.push({element, ladder});
    const text = element.isContentEditable ? element.textContent : element.value;
    return {empty: !text, lines: element.isContentEditable || element.tagName === 'TEXTAREA'};
  });
  let now = null;
  const next = () => {
    const {element, ladder} = left.shift();
    now = focused(watch.redrawn === redrawn ? element : keyed(root, ladder));
  };
  const nowhere = event => { event.preventDefault(); event.stopImmediatePropagation(); };
  const mine = event => { if (!now || !event.composedPath().includes(now)) nowhere(event); };
  const around = windows(root.defaultView).map(view => [view, view[Symbol.for('oficio')]]);
  for (const [view, theirs] of around) {
    theirs.keyed = nowhere;
    view.addEventListener('keydown', theirs.key, true);  // a page that wrote itself anew has taken it away
    view.addEventListener('beforeinput', mine, true);  // what is no key of a keyboard comes without one
  }
  watch.keyed = event => { if (event.code === MARK) { next(); nowhere(event); } else mine(event); };
  typed = () => {
    for (const [view, theirs] of around) {
      theirs.keyed = null;
      view.removeEventListener('beforeinput', mine, true);
    }
    typed = () => {};
  };
  if (left.length) next();
  return held;
};
// This window and all those around and in it that it may look into and that began with our tools.
const windows = view => {
  const inside = one => {
    try { if (!one[Symbol.for('oficio')]) return []; } catch (error) { return []; }  // another origin
    return [one, ...Array.from(one, inner => inside(inner)).flat()];
  };
  let outer = view;
  for (;;) {
    try { if (outer.parent === outer || !outer.parent[Symbol.for('oficio')]) break; } catch (error) { break; }
    outer = outer.parent;
  }
  return inside(outer);
};
