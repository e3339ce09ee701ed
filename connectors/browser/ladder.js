// Find one control or text of a page by a ladder of rungs; the first rung with exactly one visible element wins.
// A ladder is {kind, rungs: [[rung, text], ...], n}: `kind` says what may be found, `n` the line of a table.
(() => {
  const SELECTORS = {
    edit: 'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image]):not([type=reset])' +
      ':not([type=checkbox]):not([type=radio]):not([type=file]),textarea,select,[contenteditable=""],[contenteditable=true],[role=textbox],[role=combobox]',
    tick: 'input[type=checkbox],input[type=radio],[role=checkbox],[role=radio],[role=switch]',
    file: 'input[type=file]',
    press: 'button,input[type=submit],input[type=button],input[type=image],input[type=reset],a[href],a[onclick],area,summary,[role=button],[role=link],[role=menuitem],[role=tab],[role=option],[onclick]',
    any: '*',
  };
  const SKIP = new Set(['SCRIPT', 'STYLE', 'OPTION', 'SELECT', 'TEXTAREA', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'TITLE']);
  const norm = text => (text || '').replace(/[\s\u00a0]+/g, ' ').trim();
  const fold = text => norm(text).replace(/^[*\s]+|[\s:*.…]+$/g, '').toLowerCase();

  const visible = el => {
    if (el.tagName === 'OPTION') return false;
    if (el.checkVisibility ? !el.checkVisibility({visibilityProperty: true}) : el.getClientRects().length === 0) return false;
    const box = el.getBoundingClientRect();
    return (box.width > 0 && box.height > 0) || el.tagName === 'AREA';
  };
  const usable = (el, kind) => kind === 'file' ? true : visible(el);

  // Every element that fits a selector, in open shadow roots too.
  const all = (root, selector) => {
    const found = [...root.querySelectorAll(selector)];
    for (const el of root.querySelectorAll('*')) if (el.shadowRoot) found.push(...all(el.shadowRoot, selector));
    return found;
  };
  const byId = (el, id) => { const root = el.getRootNode(); return root.getElementById ? root.getElementById(id) : null; };
  const once = list => [...new Set(list)];

  const names = el => {
    const texts = [];
    for (const label of el.labels || []) {
      const copy = label.cloneNode(true);
      copy.querySelectorAll('input,select,textarea,button').forEach(child => child.remove());
      texts.push(copy.textContent);
    }
    if (el.getAttribute('aria-label')) texts.push(el.getAttribute('aria-label'));
    const by = el.getAttribute('aria-labelledby');
    if (by) texts.push(by.split(/\s+/).map(id => (byId(el, id) || {}).textContent || '').join(' '));
    return texts;
  };
  const caption = el => {
    if (el.tagName === 'INPUT') return [el.type === 'image' ? el.alt : el.value];
    const alts = [...el.querySelectorAll('img[alt]')].map(img => img.alt);
    return [el.innerText !== undefined ? el.innerText : el.textContent, ...alts];
  };

  // The smallest visible elements whose own text is `wanted`.
  const texts = (root, wanted, exact) => {
    const found = [];
    const walk = node => {
      for (const el of node.children) {
        if (SKIP.has(el.tagName)) continue;
        if (el.shadowRoot) walk(el.shadowRoot);
        const before = found.length;
        walk(el);
        if (found.length > before) continue;
        const own = fold(el.tagName === 'INPUT' ? '' : el.textContent);
        if (own && (exact ? own === wanted : own.includes(wanted)) && visible(el)) found.push(el);
      }
    };
    walk(root.body || root);
    return found;
  };

  const within = (el, kind) => [...el.querySelectorAll(SELECTORS[kind])].filter(one => usable(one, kind));
  const follows = (a, b) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
  const gap = (from, to) => {
    const a = from.getBoundingClientRect(), b = to.getBoundingClientRect();
    const sameLine = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) * 0.4;
    if (sameLine && b.left >= a.right - 4) return b.left - a.right;
    const above = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0 && b.top >= a.bottom - 4;
    return above ? 10000 + b.top - a.bottom : Infinity;
  };
  const nearest = (text, list) => {
    const ranked = list.map(el => [gap(text, el), el]).filter(([d]) => d < Infinity).sort((a, b) => a[0] - b[0]);
    return ranked.length && (ranked.length === 1 || ranked[0][0] < ranked[1][0]) ? [ranked[0][1]] : [];
  };

  // The control (or, for `any`, the cell) that a text on the same row names.
  const beside = (text, kind) => {
    const cell = text.closest('td,th,dt,[role=cell],[role=gridcell],[role=rowheader]');
    if (kind === 'any') {
      let next = (cell || text).nextElementSibling;
      while (next && !norm(next.textContent) && !within(next, 'edit').length && !next.matches(SELECTORS.edit)) next = next.nextElementSibling;
      if (!next || !visible(next)) return [];
      const control = next.matches(SELECTORS.edit) ? [next] : within(next, 'edit');
      return control.length === 1 ? control : [next];
    }
    if (cell) {
      const inside = within(cell, kind);
      if (inside.length === 1 && inside[0] !== text) return inside;
      for (let next = cell.nextElementSibling; next; next = next.nextElementSibling) {
        const found = within(next, kind);
        if (found.length) return found.length === 1 ? found : nearest(text, found);
      }
      if (cell.closest('tr,[role=row]')) return [];
    }
    for (let group = text.parentElement; group; group = group.parentElement) {
      const found = within(group, kind).filter(el => el !== text && !el.contains(text));
      if (found.length === 1) return found;
      if (found.length > 1) {
        const near = nearest(text, found);
        if (near.length) return near;
        const after = found.filter(el => follows(text, el));
        return after.length ? [after[0]] : [];
      }
    }
    return [];
  };

  // Cells of a table with their column positions, colspans counted.
  const places = row => {
    let at = 0;
    return [...row.cells].map(cell => { const place = [at, at + cell.colSpan, cell]; at += cell.colSpan; return place; });
  };
  const columnCells = (root, heading) => {
    const found = [];
    for (const table of all(root, 'table')) {
      for (const [index, row] of [...table.rows].entries()) {
        const place = places(row).find(([, , cell]) => fold(cell.textContent) === heading && !cell.querySelector('table') && visible(cell));
        if (!place) continue;
        const cells = [...table.rows].slice(index + 1)
          .map(other => places(other).find(([from, to]) => from < place[1] && to > place[0]))
          .filter(Boolean).map(([, , cell]) => cell);
        found.push(cells);
        break;
      }
    }
    return found;
  };
  const inColumn = (root, heading, kind, n) => {
    const found = [];
    for (const cells of columnCells(root, heading)) {
      const filled = kind === 'any' ? cells.filter(visible).map(cell => [cell])
        : cells.map(cell => within(cell, kind)).filter(list => list.length);
      if (filled.length >= n && filled[n - 1].length === 1) found.push(filled[n - 1][0]);
    }
    return found;
  };

  const pressable = el => el.closest(SELECTORS.press);
  const RUNGS = {
    label: (root, text, kind) => all(root, kind === 'any' ? `${SELECTORS.edit},${SELECTORS.tick}` : SELECTORS[kind])
      .filter(el => names(el).some(name => fold(name) === fold(text))),
    text: (root, text, kind) => {
      if (kind === 'press') return all(root, SELECTORS.press).filter(el => caption(el).some(one => fold(one) === fold(text)))
        .filter((el, _, list) => !list.some(other => other !== el && el.contains(other)));
      const exact = texts(root, fold(text), true);
      return exact.length ? exact : texts(root, fold(text), false);
    },
    row: (root, text, kind) => texts(root, fold(text), true).flatMap(el => beside(el, kind)),
    column: (root, text, kind, n) => inColumn(root, fold(text), kind, n || 1),
    placeholder: (root, text, kind) => all(root, SELECTORS[kind])
      .filter(el => ['placeholder', 'aria-placeholder', 'title', 'alt'].some(name => el.hasAttribute(name) && fold(el.getAttribute(name)) === fold(text))),
    title: (root, text, kind) => RUNGS.placeholder(root, text, kind),
    name: (root, text, kind) => all(root, SELECTORS[kind]).filter(el => el.getAttribute('name') === text),
    id: (root, text, kind) => all(root, SELECTORS[kind]).filter(el => el.id === text),
    css: (root, text) => all(root, text),
  };

  const find = (root, ladder) => {
    const counts = [];
    for (const [index, [rung, text]] of ladder.rungs.entries()) {
      let found = [];
      try {
        found = once(RUNGS[rung](root, text, ladder.kind, ladder.n)).filter(el => usable(el, ladder.kind) || rung === 'css' && el.tagName === 'BODY');
      } catch (error) { found = []; }
      if (ladder.kind === 'press') found = once(found.map(el => pressable(el) || el));
      counts.push(found.length);
      if (found.length === 1) return {element: found[0], rung: index, counts};
    }
    return {element: null, rung: -1, counts};
  };

  const shown = el => {
    if (el.tagName === 'SELECT') return {value: el.value, text: norm([...el.selectedOptions].map(o => o.text).join(', ')), tag: 'select'};
    if (el.type === 'checkbox' || el.type === 'radio') return {value: el.checked ? 'true' : 'false', text: '', tag: 'tick'};
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

  // The rows below a table's headings: {name: {text, n}}, n counting from 1; null when no table has all the headings.
  const rows = (root, columns) => {
    for (const table of all(root, 'table')) {
      for (const [index, row] of [...table.rows].entries()) {
        const heads = places(row);
        const at = Object.entries(columns).map(([name, heading]) =>
          [name, heads.find(([, , cell]) => fold(cell.textContent) === fold(heading) && !cell.querySelector('table'))]);
        if (at.some(([, place]) => !place)) continue;
        return [...table.rows].slice(index + 1).map(other => {
          const cells = places(other);
          if (cells.length === 1 && heads.length > 1) return null;
          return Object.fromEntries(at.map(([name, [from]]) => {
            const cell = cells.find(([start, end]) => start <= from && end > from);
            return [name, cell ? norm(cell[2].innerText || cell[2].textContent) : ''];
          }));
        }).filter(Boolean).filter(one => Object.values(one).some(Boolean));
      }
    }
    return null;
  };

  // Which signs a document shows; each sign is {text} (a part of the page's text) or {css} (a visible element).
  const signs = (root, list) => {
    const text = fold(root.body ? root.body.innerText : '');
    return list.map(sign => {
      if (sign.css) {
        const found = all(root, sign.css).find(visible);
        return found ? norm(found.innerText || found.value || '') || sign.css : '';
      }
      return text.includes(fold(sign.text)) ? sign.text : '';
    });
  };

  // What an element is made of, to see when it is drawn anew.
  const print = (root, ladder) => { const {element} = find(root, ladder); return element ? element.innerHTML : null; };
  const redrawn = (root, [ladder, before]) => { const now = print(root, ladder); return now !== null && now !== before; };

  // As `look`, once the document was not redrawn for `ms` (see _REDRAWN in context.py); waits no longer than 20 times `ms`.
  const settled = async (root, [ladders, ms]) => {
    const key = Symbol.for('oficio'), start = performance.now();
    while (ms && window[key] !== undefined) {
      const now = performance.now(), left = ms - (now - window[key]);
      if (left <= 0 || now - start > 20 * ms) break;
      await new Promise(done => setTimeout(done, left));
    }
    return look(root, ladders);
  };

  // Choose an option as `select_option` does: [options, chosen value or null, usable].
  const choose = (el, wanted) => {
    const options = [...(el.options || [])].map(o => [norm(o.text), o.value, o.index]);
    if (el.disabled) return 'disabled';
    const folded = wanted.toLowerCase();
    let fit = options.filter(o => o[0] === wanted);
    if (!fit.length) fit = options.filter(o => o[1] === wanted);
    if (!fit.length) fit = options.filter(o => o[0].toLowerCase() === folded || o[0].toLowerCase().startsWith(folded + ' '));
    if (!fit.length || (fit.length > 1 && new Set(fit.map(o => o[1])).size > 1)) return 'none';
    if (el.selectedIndex === fit[0][2]) return 'same';
    el.focus();
    el.selectedIndex = fit[0][2];
    el.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
    el.dispatchEvent(new Event('change', {bubbles: true}));
    return 'chosen';
  };

  // The rows of a page that is fetched and not shown; null when it has no such table as it comes from the server.
  const fetched = async (root, [url, columns, next]) => {
    const answer = await fetch(url, {credentials: 'same-origin', redirect: 'error', cache: 'no-store'});
    if (!answer.ok || !(answer.headers.get('content-type') || '').includes('html')) return null;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = rows(page, columns, true);
    if (!found || (next && [...page.querySelectorAll(SELECTORS.press)].some(el => fold(el.textContent || el.value) === fold(next)))) return null;
    return found;
  };

  return {find, look, set, rows, signs, print, redrawn, settled, choose, fetched};
})()
