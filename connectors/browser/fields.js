// What fields show, setting them, and the signs by which a page tells its state.

const shown = el => {
  if (el.tagName === 'SELECT') return {value: el.value, text: norm([...el.selectedOptions].map(o => o.text).join(', ')), tag: 'select'};
  if (el.type === 'checkbox' || el.type === 'radio') return {value: el.checked ? 'true' : 'false', text: '', tag: 'tick'};
  if (el.hasAttribute('aria-checked')) return {value: el.getAttribute('aria-checked'), text: '', tag: 'tick'};
  if (el.tagName === 'INPUT' || el.tagName === 'TEXTAREA') return {value: el.value, text: el.value, tag: 'input'};
  const text = norm(el.innerText !== undefined ? el.innerText : el.textContent);
  return {value: text, text, tag: 'text'};
};

// Many ladders in one round trip: where each was found and what it shows.
const look = (root, ladders) => ladders.map(ladder => {
  const {element, rung, counts} = find(root, ladder);
  return {rung, counts, ...(element ? shown(element) : {value: null, text: null, tag: ''})};
});

// Set many fields in one round trip, as a person's input would: focus, value, input, change, blur.
const set = (root, entries) => entries.map(({ladder, value}) => {
  const {element} = find(root, ladder);
  if (!element) return false;
  element.focus();
  if (element.tagName === 'SELECT') {
    const option = [...element.options].find(o => norm(o.text) === value) || [...element.options].find(o => o.value === value);
    if (!option) return false;
    element.value = option.value;
  } else if (element.isContentEditable) {
    element.textContent = value;
  } else {
    const owner = element.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(owner.prototype, 'value').set.call(element, value);
  }
  element.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
  element.dispatchEvent(new Event('change', {bubbles: true}));
  element.blur();
  return true;
});

// Choose an option as `select_option` does: chosen, same (it is chosen already), none, disabled or absent;
// `radio` when there is no list box but a radio button.
const choose = (root, [ladder, radio, wanted]) => {
  const el = find(root, ladder).element;
  if (!el) return radio && find(root, radio).element ? 'radio' : 'absent';
  const options = [...(el.options || [])].map(o => [norm(o.text), o.value, o.index]);
  if (el.disabled) return 'disabled';
  const plain = norm(wanted), folded = plain.toLowerCase();
  let fit = options.filter(o => o[0] === plain);
  if (!fit.length) fit = options.filter(o => o[1] === wanted);
  if (!fit.length) fit = options.filter(o => o[0].toLowerCase() === folded || begins(o[0].toLowerCase(), folded));
  if (!fit.length || (fit.length > 1 && new Set(fit.map(o => o[1])).size > 1)) return 'none';
  if (el.selectedIndex === fit[0][2]) return 'same';
  el.focus();
  el.selectedIndex = fit[0][2];
  el.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
  el.dispatchEvent(new Event('change', {bubbles: true}));
  return 'chosen';
};
const begins = (text, code) => text.startsWith(code) && !/[\p{L}\p{N}]/u.test(text[code.length] || '');

// Which signs a document shows; each sign is {text} (a part of the page's text) or {css} (a visible element).
const signs = (root, list) => {
  const text = list.some(sign => sign.text) ? fold(allText(root)) : '';
  return list.map(sign => {
    if (sign.css) {
      const found = all(root, sign.css).find(visible);
      return found ? norm(found.innerText || found.value || '') || sign.css : '';
    }
    return text.includes(fold(sign.text)) ? sign.text : '';
  });
};
const allText = root => [root.body, ...all(root, '*').filter(el => el.shadowRoot).flatMap(el => [...el.shadowRoot.children])]
  .map(el => el && el.innerText !== undefined && !SKIP.has(el.tagName) ? el.innerText : '').join(' ');

// [address, text] of this window and of all those in it that it may look into.
const texts = root => {
  const view = root.defaultView, found = [[view.location.href, allText(root)]];
  for (let n = 0; n < view.length; n++) {
    try { found.push(...texts(view[n].document)); } catch (error) { continue; }
  }
  return found;
};

// What an element is made of, to see when it is drawn anew.
const print = (root, ladder) => { const {element} = find(root, ladder); return element ? (element.shadowRoot || element).innerHTML + (element.value || '') : null; };
const redrawn = (root, [ladder, before]) => { const now = print(root, ladder); return now !== null && now !== before; };

// Whether no script can draw anything later: neither here nor in the frames around is there one.
const still = root => {
  const quiet = doc => doc.readyState !== 'loading' && !all(doc, '*').some(el => el.shadowRoot || el.localName === 'script' ||
    [...el.attributes].some(one => one.name.startsWith('on') || /^\s*javascript:/i.test(one.value)));
  const around = view => {
    try { if (!quiet(view.document)) return false; } catch (error) { return true; }  // another origin draws nothing here
    for (let n = 0; n < view.length; n++) if (!around(view[n])) return false;
    return true;
  };
  return around(root.defaultView.top);
};

// Once the document was not redrawn for `ms` (see watch.js) and shows no sign of being busy: true;
// false when it is busy longer than `most` ms; `alone`: no other window is open whose script could draw here.  A page that never rests is believed after 20 times `ms`.
const rested = async (root, [ms, busy, most, alone]) => {
  const watch = window[Symbol.for('oficio')], start = performance.now();
  if (ms && alone && still(root)) ms = 0;
  for (;;) {
    const now = performance.now(), left = ms ? ms - (now - watch.redrawn) : 0;
    const working = busy.length && signs(root, busy).some(Boolean);
    if (!working && (left <= 0 || now - start > 20 * ms)) return true;
    if (working && now - start > most) return false;
    await new Promise(done => setTimeout(done, working ? 50 : left));
  }
};
const settled = async (root, [ladders, left, ...resting]) => {
  typed();
  if (left) leave(root, ladders);
  await rested(root, resting);
  return look(root, ladders);
};
// A field that computes when it is left computes now.
const leave = (root, ladders) => {
  let focused = root.activeElement;
  while (focused && focused.shadowRoot && focused.shadowRoot.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused && focused !== root.body && [...ladders].reverse().some(ladder => find(root, ladder).element === focused)) focused.blur();  // mostly the last
};
