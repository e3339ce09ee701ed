// Find one control or text of a page by a ladder of rungs; the first rung with exactly one visible element wins.
// A ladder is {kind, rungs: [[rung, text], ...], n, line, within, inRow, only, unpressed}: `kind` says what may be found,
// `n` the line of a table, `line` which of several; the others narrow every rung down.
const SELECTORS = {
  edit: 'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image]):not([type=reset])' +
    ':not([type=checkbox]):not([type=radio]):not([type=file]),textarea,select,[contenteditable=""],[contenteditable=true],[role=textbox],[role=combobox]',
  tick: 'input[type=checkbox],input[type=radio],[role=checkbox],[role=radio],[role=switch]',
  file: 'input[type=file]',
  press: 'button,input[type=submit],input[type=button],input[type=image],input[type=reset],a[href],a[onclick],area,summary,[role=button],[role=link],[role=menuitem],[role=tab],[role=option],[onclick]',
  any: '*',
};
const SKIP = new Set(['SCRIPT', 'STYLE', 'OPTION', 'SELECT', 'TEXTAREA', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'TITLE']);
const CELL = 'td,th,dt,dd,[role=cell],[role=gridcell],[role=rowheader],[role=columnheader]';
const TITLES = 'legend,caption,h1,h2,h3,h4,h5,h6,[role=heading]';
const ROW = 'tr,[role=row],li';
const norm = text => (text || '').normalize('NFC').replace(/[\u00ad\u200b-\u200d\ufeff]/g, '').replace(/[\s\u00a0]+/g, ' ').trim();
const fold = text => (norm(text).replace(/^[*\s]+|[\s:：*.…]+$/g, '') || norm(text)).toLowerCase();

// A value that is no element of its own ("<b>Total</b>: 12,00") is found as an element made for it, with where it stands.
const LOOSE = new WeakMap();
const looseAfter = text => {
  let words = '';
  for (let node = text.nextSibling; node && (node.nodeType === Node.TEXT_NODE || node.nodeName === 'BR'); node = node.nextSibling) {
    if (node.nodeName === 'BR' && norm(words.replace(/^[\s:：]+/, ''))) break;
    words += node.data || ' ';
  }
  words = norm(words).replace(/^[\s:：]+/, '');
  if (!words) return null;
  const value = document.createElement('span');
  value.textContent = words;
  LOOSE.set(value, text.parentElement);
  return value;
};

const visible = el => {
  if (el.tagName === 'OPTION') return false;
  if (el.checkVisibility ? !el.checkVisibility({visibilityProperty: true}) : el.getClientRects().length === 0) return false;
  const box = el.getBoundingClientRect();
  if (box.right + window.scrollX <= 0 || box.bottom + window.scrollY <= 0) return false;  // pushed off the page: nobody can scroll there
  return (box.width > 0 && box.height > 0) || el.tagName === 'AREA';
};
const usable = (el, kind) => kind === 'file' || LOOSE.has(el) || visible(el) || (kind === 'tick' && [...(el.labels || [])].some(visible));

// The element around, out of a shadow root too.
const up = el => LOOSE.get(el) || el.parentElement || el.getRootNode().host || null;
const holds = (outer, el) => { for (; el; el = up(el)) if (el === outer) return true; return false; };
// Every element that fits a selector, in open shadow roots too.
const all = (root, selector) => {
  const found = [...root.querySelectorAll(selector)];
  for (const el of root.querySelectorAll('*')) if (el.shadowRoot) found.push(...all(el.shadowRoot, selector));
  return found;
};
const byId = (el, id) => { const root = el.getRootNode(); return root.getElementById ? root.getElementById(id) : null; };
const once = list => [...new Set(list)];
const described = el => (el.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean).map(id => (byId(el, id) || {}).textContent || '').join(' ');

const names = el => {
  const texts = [];
  for (const label of el.labels || []) {
    const copy = label.cloneNode(true);
    copy.querySelectorAll('input,select,textarea,button').forEach(child => child.remove());
    copy.querySelectorAll('br').forEach(line => line.replaceWith(' '));
    texts.push(copy.textContent);
  }
  texts.push(el.getAttribute('aria-label'), described(el));
  // A component names its only control: <x-field label="Number">, or a <label> for it.
  const host = el.getRootNode().host;
  if (host && all(host.shadowRoot, `${SELECTORS.edit},${SELECTORS.tick},${SELECTORS.file}`).length === 1) {
    texts.push(host.getAttribute('label'), ...names(host));
    if (host.id && host.getRootNode().querySelectorAll) {
      for (const label of host.getRootNode().querySelectorAll('label')) if (label.htmlFor === host.id) texts.push(label.textContent);
    }
  }
  return texts.filter(Boolean);
};
const caption = el => {
  if (el.tagName === 'INPUT') return [el.type === 'image' ? el.alt : el.value, el.getAttribute('aria-label')];
  const alts = [...el.querySelectorAll('img[alt]')].map(img => img.alt);
  return [el.innerText !== undefined ? el.innerText : el.textContent, el.getAttribute('aria-label'), el.alt, ...alts];
};

// The smallest visible elements whose own text is `wanted` (or, not `exact`, has it as words of its own).
const saying = (root, wanted, exact) => {
  const found = [], word = c => c !== undefined && /[\p{L}\p{N}]/u.test(c);
  const fits = own => {
    if (exact) return own === wanted;
    const at = own.indexOf(wanted);
    return at >= 0 && !(word(own[at - 1]) && word(wanted[0])) && !(word(own[at + wanted.length]) && word(wanted[wanted.length - 1]));
  };
  const walk = node => {
    for (const el of node.children) {
      if (SKIP.has(el.tagName)) continue;
      const before = found.length;
      if (el.shadowRoot) walk(el.shadowRoot);
      walk(el);
      if (found.length > before) continue;
      const own = fold(el.tagName === 'INPUT' ? '' : el.querySelector('br') ? el.innerText : el.textContent);
      if (own && fits(own) && visible(el)) found.push(el);
    }
  };
  walk(root.body || root);
  return found;
};
const shownAs = (root, text) => { const exact = saying(root, fold(text), true); return exact.length ? exact : saying(root, fold(text), false); };

const within = (el, kind) => {
  const found = all(el, SELECTORS[kind]).filter(one => usable(one, kind));
  return found.length || kind !== 'press' ? found : all(el, '*').filter(drawnButton);
};
// What the mouse shows to be pressable though it is no button to the browser: an element that a script listens on.
const hand = el => getComputedStyle(el).cursor === 'pointer';
const drawnButton = el => visible(el) && hand(el) && !el.closest('label') && !(up(el) && hand(up(el))) && !within(el, 'edit').length;
const lifted = node => { while (node.getRootNode().host) node = node.getRootNode().host; return node; };
const follows = (a, b) => {
  if (a.getRootNode() !== b.getRootNode()) [a, b] = [lifted(a), lifted(b)];
  return Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
};
const boxAround = node => {
  if (node.getBoundingClientRect) return node.getBoundingClientRect();
  const range = document.createRange();
  range.selectNode(node);
  return range.getBoundingClientRect();
};
const sameLine = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) * 0.4;
const gap = (from, to) => {
  const a = boxAround(from), b = boxAround(to);
  if (sameLine(a, b) && b.left >= a.right - 4) return b.left - a.right;
  const above = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0 && b.top >= a.bottom - 4;
  return above ? 10000 + b.top - a.bottom : Infinity;
};
const nearest = (text, list) => {
  const ranked = list.map(el => [gap(text, el), el]).filter(([d]) => d < Infinity).sort((a, b) => a[0] - b[0]);
  return ranked.length && (ranked.length === 1 || ranked[0][0] < ranked[1][0]) ? [ranked[0][1]] : [];
};
// A box's text stands before or behind it: as it does for the first box of the group.
const boxOf = (text, found) => {
  const behind = !found.some(el => follows(text, el)) || !captionBefore(found[0]);
  const near = behind ? found.filter(el => follows(el, text)).pop() : found.find(el => follows(text, el));
  return near ? [near] : [];
};
const captionBefore = box => {
  let node = box.previousSibling;
  while (node && node.nodeType !== Node.ELEMENT_NODE && !norm(node.data)) node = node.previousSibling;
  if (!node || node.nodeType !== Node.ELEMENT_NODE) return Boolean(node);
  return Boolean(norm(node.textContent)) && getComputedStyle(node).display.startsWith('inline') && !node.matches(`${SELECTORS.edit},${SELECTORS.press}`);
};

// The control (or, for `any`, the cell) that a text on the same row names.
const beside = (text, kind) => {
  const cell = text.closest ? text.closest(CELL) : text.parentElement.closest(CELL);
  if (kind === 'any') return shownBeside(text, cell);
  if (cell) {
    const inside = within(cell, kind).filter(el => el !== text);
    if (inside.length === 1) return inside;
    if (inside.length && kind === 'tick') return boxOf(text, inside);
    if (inside.length) return nearest(text, inside);
    for (let next = cell.nextElementSibling; next; next = next.nextElementSibling) {
      const found = within(next, kind);
      if (found.length) return found.length === 1 ? found : nearest(text, found);
      if (/\p{L}{4}/u.test(next.textContent)) break;  // the next caption or a value, not a unit such as EUR
    }
    const row = cell.closest('tr,[role=row]');
    if (row && kind === 'tick') { const found = within(row, kind); if (found.length === 1 && follows(found[0], text)) return found; }
    if (row) return within(row, 'edit').length ? [] : below(cell, row, kind);
  }
  for (let group = text.parentElement || up(text), side = text; group; side = group, group = up(group)) {
    const found = within(group.shadowRoot || group, kind).filter(el => el !== text && !holds(el, text));
    const mine = list => list.filter(el => !otherBetween(text, el, group, kind) && !ofAnother(side, el, group, kind));
    if (found.length === 1) return mine(found);
    if (found.length && text.matches && text.matches(TITLES)) return [];  // the title of a part with several fields
    if (found.length > 1 && kind === 'tick') return boxOf(text, found);
    if (found.length > 1) {
      const near = nearest(text, found);
      return mine(near.length ? near : found.filter(el => follows(text, el)).slice(0, 1));
    }
  }
  return [];
};
// A control beyond the caption's own group that has a caption of its own before it; a button that is not on the same line.
const ofAnother = (side, el, group, kind) => {
  if (kind === 'tick') return false;
  if (kind === 'press' && !sameLine(boxAround(side), boxAround(el))) return true;
  let branch = el;
  while (up(branch) && up(branch) !== group) branch = up(branch);
  const alike = one => one.nodeType === Node.ELEMENT_NODE && one.tagName === side.tagName && one.className === side.className;
  const words = one => alike(one) ? /\p{L}{2}/u : /\p{L}{4}/u;
  if (branch !== el && branch !== side && words(branch).test(textBefore(branch, el))) return true;
  for (let one = side.nextElementSibling; one && one !== branch; one = one.nextElementSibling) {
    if (follows(one, branch) && alike(one) && words(one).test(norm(one.textContent))) return true;
  }
  return false;
};
const textBefore = (branch, el) => {
  const walker = document.createTreeWalker(branch, NodeFilter.SHOW_TEXT), stop = branch.contains(el) ? el : lifted(el);
  let words = '';
  while (walker.nextNode() && follows(walker.currentNode, stop)) {
    const around = walker.currentNode.parentElement;
    if (!SKIP.has(around.tagName) && visible(around)) words += walker.currentNode.data;
  }
  return norm(words);
};
// A caption of tick boxes is none of the text field behind them.
const otherBetween = (text, el, group, kind) => ['edit', 'tick', 'file'].includes(kind) && ['edit', 'tick', 'file'].filter(other => other !== kind)
  .some(other => within(group.shadowRoot || group, other).some(one => follows(text, one) && follows(one, el)));
// A caption above its field: what stands below it, down to the next row of captions.
const below = (cell, row, kind) => {
  const table = row.closest('table');
  if (!table) return [];
  const lines = grid(table), at = lines.findIndex(line => line.some(([, , one]) => one === cell));
  const [from, to] = lines[at].find(([, , one]) => one === cell), found = [];
  for (const line of lines.slice(at + 1)) {
    const place = line.find(([start, end]) => start < to && end > from);
    if (kind === 'any') return place && visible(place[2]) ? [place[2]] : [];
    if (!line.some(([, , one]) => within(one, kind).length)) break;
    if (place) found.push(...within(place[2], kind));
  }
  return found;
};
const isCaption = (el, like) => el.tagName === 'TH' || el.tagName === 'LABEL' || el.tagName === 'DT' || /[:：]$/.test(norm(el.textContent)) ||
  (el.className !== '' && el.className === like.className);
const shownBeside = (text, cell) => {
  const row = cell && cell.closest('tr');
  if (row && row.cells.length > 1 && [...row.cells].every(one => one.tagName === 'TH')) return below(cell, row, 'any');
  const loose = text.nodeType === Node.TEXT_NODE, value = !loose && text !== cell ? looseAfter(text) : null;
  if (value) return [value];
  for (let one = loose ? text : cell || text; one; one = up(one)) {
    const first = one.nextElementSibling;
    let next = first;
    while (next && !norm(next.textContent) && !within(next, 'edit').length && !next.matches(SELECTORS.edit)) next = next.nextElementSibling;
    if (first && (!next || next !== first && isCaption(next, one))) next = first;  // the value is empty; what follows is no spacer's value
    if (next) {
      if (!visible(next)) return [];
      const control = next.matches(SELECTORS.edit) ? [next] : within(next, 'edit');
      return control.length === 1 ? control : [next];
    }
    if (cell && !loose) return row ? below(cell, row, 'any') : [];
    if (fold((up(one) || {}).textContent) !== fold(text.textContent)) return [];
  }
  return [];
};
// Texts that stand loose between controls, in no element of their own.
const looseTexts = (root, wanted) => {
  const found = [], walker = document.createTreeWalker(root.body || root, NodeFilter.SHOW_TEXT, node => fold(node.data) === wanted ? 1 : 2);
  while (walker.nextNode()) {
    const around = walker.currentNode.parentElement;
    if (around && !SKIP.has(around.tagName) && visible(around) && fold(around.textContent) !== wanted) found.push(walker.currentNode);
  }
  return found;
};

const pressable = el => el.closest(SELECTORS.press);
const RUNGS = {
  label: (root, text, kind) => all(root, kind === 'any' ? `${SELECTORS.edit},${SELECTORS.tick}` : SELECTORS[kind])
    .filter(el => names(el).some(name => fold(name) === fold(text))),
  text: (root, text, kind) => {
    const found = all(root, SELECTORS.press).filter(el => caption(el).some(one => fold(one) === fold(text)))
      .filter((el, _, list) => !list.some(other => other !== el && el.contains(other)));
    return found.length ? found : saying(root, fold(text), true).filter(hand);
  },
  row: (root, text, kind) => [...saying(root, fold(text), true), ...looseTexts(root, fold(text))].flatMap(el => beside(el, kind)),
  column: (root, text, kind, ladder) => inColumn(root, fold(text), kind, ladder.line === 'last' ? 0 : ladder.n || 1),
  placeholder: (root, text, kind) => all(root, SELECTORS[kind])
    .filter(el => ['placeholder', 'aria-placeholder', 'title', 'alt'].some(name => el.hasAttribute(name) && fold(el.getAttribute(name)) === fold(text))),
  title: (root, text, kind) => RUNGS.placeholder(root, text, kind),
  name: (root, text, kind) => all(root, SELECTORS[kind]).filter(el => el.getAttribute('name') === text),
  id: (root, text, kind) => all(root, SELECTORS[kind]).filter(el => el.id === text),
  css: (root, text) => all(root, text),
};

// Of a list, what stands in the part that a title heads: up to what holds another title of its kind; in a flat page,
// what stands between this title and the next.
const headed = (root, title, list) => {
  const own = title.closest(TITLES) || title;
  const kind = own.tagName.toLowerCase() + [...own.classList].map(name => '.' + CSS.escape(name)).join('');
  const alone = el => !el.cells && el.matches(CELL) && el.parentElement.children.length === 1 && !within(el, 'edit').length;
  const rivals = all(root, kind).filter(el => el !== own && !holds(own, el) && !holds(el, own) && visible(el) && norm(el.textContent) &&
    (!alone(own) || alone(el)));
  let group = own;
  while (up(group) && !rivals.some(rival => holds(up(group), rival))) {
    group = up(group);
    const inside = list.filter(el => holds(group, el) && !holds(own, el));
    if (inside.length) return inside;
  }
  const next = rivals.find(rival => follows(own, rival));
  return list.filter(el => follows(own, el) && !holds(own, el) && (!next || follows(el, next)));
};
const inPart = (root, part, list) => {
  if (part.startsWith('css=')) { const outer = all(root, part.slice(4)).filter(visible); return list.filter(el => outer.some(one => holds(one, el))); }
  const wanted = fold(part);
  const named = all(root, '[aria-label],[aria-labelledby],[title]').filter(el => !el.matches(SELECTORS.edit) && visible(el) &&
    [el.getAttribute('aria-label'), described(el), el.title].some(name => name && fold(name) === wanted));
  const inside = list.filter(el => named.some(one => one !== el && holds(one, el)));
  return inside.length ? inside : once(saying(root, wanted, true).flatMap(title => headed(root, title, list)));
};
const inRow = (root, text, list) => once(shownAs(root, text).flatMap(shown => {
  const row = shown.closest(ROW);
  if (row) return list.filter(el => holds(row, el));
  for (let group = shown; group; group = up(group)) {
    const inside = list.filter(el => holds(group, el));
    if (inside.length) return inside;
  }
  return [];
}));
const narrowed = (root, ladder, list) => {
  if (ladder.only) list = list.filter(el => el.matches(ladder.only));
  if (ladder.within) list = inPart(root, ladder.within, list);
  if (ladder.inRow) list = inRow(root, ladder.inRow, list);
  return list;
};
const numbered = (ladder, rung, list) => {
  if (!ladder.line || rung === 'column' || list.length < 2) return list;
  const one = ladder.line === 'last' ? list[list.length - 1] : list[ladder.n - 1];
  return one ? [one] : [];
};

// What was pressed last, with all that it showed then: a drop-down shows its choice in the words of the option to pick.
let before = new WeakSet();
const press = event => {
  const target = event.composedPath()[0];
  if (event.key && event.key !== 'Enter' && event.key !== ' ' || !target.querySelectorAll) return;
  before = new WeakSet([target, ...[...target.querySelectorAll('*')].slice(0, 500).filter(visible)]);
  for (let el = up(target); el; el = up(el)) before.add(el);
};
window.addEventListener('pointerdown', press, true);
window.addEventListener('keydown', press, true);
// A key that types presses nothing: nobody is asked at each character.
const TEXT = 'input:not([type=submit]):not([type=button]):not([type=image]):not([type=reset]),textarea,[contenteditable=""],[contenteditable=true]';
window.addEventListener('focusin', event => {
  const target = event.composedPath()[0];
  window[target.matches && target.matches(TEXT) ? 'removeEventListener' : 'addEventListener']('keydown', press, true);
}, true);

// What a rung finds, and what it finds when that is nothing: a text as part of a longer one.
const finders = (root, [rung, text], ladder) => rung === 'text' && ladder.kind !== 'press'
  ? [() => saying(root, fold(text), true), () => saying(root, fold(text), false)]
  : [() => RUNGS[rung](root, text, ladder.kind, ladder)];
const find = (root, ladder) => {
  const counts = [];
  for (const [index, step] of ladder.rungs.entries()) {
    const rung = step[0];
    let found = [];
    try {
      for (const finder of finders(root, step, ladder)) {
        found = once(finder()).filter(el => usable(el, ladder.kind) || rung === 'css' && el.tagName === 'BODY');
        if (ladder.unpressed) found = found.filter(el => !before.has(el));
        if (ladder.kind === 'press' && rung !== 'text') found = once(found.map(el => pressable(el) || el));
        found = numbered(ladder, rung, narrowed(root, ladder, found));
        if (found.length) break;
      }
    } catch (error) { if (!(error instanceof DOMException)) throw error; found = []; }  // a wrong CSS finds nothing
    counts.push(found.length);
    if (found.length === 1) return {element: found[0], rung: index, counts};
  }
  return {element: null, rung: -1, counts};
};
