// Listens to a person in a page and tells what was done, each element with the rungs that find exactly it now.
// `tools` is ladder.js; `words` are the sample's values, folded: only what may be one of them is told of what is shown.
(tools, {words, binding, key}) => {
  const {find, norm, names, caption, visible, all, cellText, SELECTORS} = tools;
  const KEY = Symbol.for(key);
  if (window[KEY]) return;
  const wanted = new Set(words);
  const plain = text => norm(text).toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const short = text => { const one = norm(text); return one && one.length <= 80 ? one : ''; };
  const quoted = text => JSON.stringify(text);
  const tell = (verb, more) => { const send = window[binding]; if (send) send({verb, where: place(), ...more}); };

  // -- where this document is: frames from the outermost in, [] for the whole page --
  const inner = (frame, outer) => {
    const name = frame.getAttribute('name') || '';
    const css = [name && `[name=${quoted(name)}]`, frame.id && `#${CSS.escape(frame.id)}`, frame.title && `[title=${quoted(frame.title)}]`,
      ...[...frame.classList].map(one => `.${CSS.escape(one)}`), ''].filter(Boolean).concat('')
      .map(one => frame.tagName.toLowerCase() + one).find(one => outer.querySelectorAll(one).length === 1);
    return {name: name || frame.id, css: css || path(frame)};
  };
  const place = (at = window) => {
    const found = [];
    for (let one = at; one !== one.top; one = one.parent) {
      let frame = null;
      try { frame = one.frameElement; } catch (error) { frame = null; }  // another origin's page: only its name is known
      found.unshift(frame ? inner(frame, one.parent.document) : {name: one.name || '', css: ''});
    }
    return found;
  };
  const path = el => {
    const parts = [];
    for (let one = el; one && one.parentElement; one = one.parentElement) {
      const same = [...one.parentElement.children].filter(other => other.tagName === one.tagName);
      parts.unshift(one.tagName.toLowerCase() + (same.length > 1 ? `:nth-of-type(${same.indexOf(one) + 1})` : ''));
    }
    return parts.slice(1).join(' > ');
  };

  // -- rungs: what might name an element, then only what does --
  const textsBefore = el => {
    const found = [], cell = el.closest('td,th,dd,[role=cell],[role=gridcell]');
    for (let one = el.previousSibling; one; one = one.previousSibling) if (one.nodeType === Node.TEXT_NODE) found.push(short(one.data));
    for (let one = cell && cell.previousElementSibling; one; one = one.previousElementSibling) found.push(short(one.textContent));
    let outer = el.parentElement;
    for (let level = 0; outer && level < 5; level++, outer = outer.parentElement) {
      const leaves = [...outer.querySelectorAll('*')].filter(one => !one.children.length && short(one.textContent)
        && !one.matches('option,script,style') && (one.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING) && !one.contains(el));
      found.push(...leaves.slice(-3).reverse().map(one => short(one.textContent)));
      const beside = outer.previousElementSibling;
      if (beside && !beside.children.length) found.push(short(beside.textContent));
    }
    return found;
  };
  const headings = el => {
    const cell = el.closest('td,th'), row = cell && cell.closest('tr'), table = row && row.closest('table');
    if (!table) return [];
    const start = [...row.cells].slice(0, [...row.cells].indexOf(cell)).reduce((sum, one) => sum + one.colSpan, 0);
    const found = [];
    for (const other of table.rows) {
      if (other === row) break;
      let at = 0;
      for (const one of other.cells) {
        if (at <= start && at + one.colSpan > start && short(one.textContent) && !one.querySelector('input,select,textarea,table')) found.push(short(one.textContent));
        at += one.colSpan;
      }
    }
    return [...new Set(found)];
  };
  const own = el => {
    const tag = el.tagName.toLowerCase(), list = [];
    if (el.type === 'radio') list.push(`input[name=${quoted(el.name)}][value=${quoted(el.value)}]`);
    for (const name of ['data-testid', 'data-field', 'data-name', 'name', 'placeholder']) if (el.getAttribute(name)) list.push(`${tag}[${name}=${quoted(el.getAttribute(name))}]`);
    for (const one of el.classList) list.push(`${tag}.${CSS.escape(one)}`);
    const same = el.parentElement ? [...el.parentElement.children].filter(one => one.tagName === el.tagName) : [];
    return [...list, same.length > 1 ? `${tag}:nth-of-type(${same.indexOf(el) + 1})` : tag];
  };
  // Lines of a list: an element among siblings of its kind, counted, so that the count can become `{n}`.
  const counted = el => {
    const found = [], row = el.closest('tr');
    const among = (outer, kind) => {
      const siblings = outer.parentElement ? [...outer.parentElement.children].filter(one => one.matches(kind)) : [];
      const at = siblings.indexOf(outer) + 1;
      if (at) for (const one of own(el)) found.push(`${kind}:nth-child(${at} of ${kind}) ${one}`);
    };
    if (row) {
      const cell = el.closest('td');
      const at = cell ? [...row.cells].indexOf(cell) + 1 : 0;
      const rows = [...(row.parentElement || row).children].filter(one => one.matches('tr:not(:has(th))'));
      if (at && rows.includes(row)) found.push(`tr:nth-child(${rows.indexOf(row) + 1} of tr:not(:has(th))) td:nth-child(${at}) ${el === cell ? '' : el.tagName.toLowerCase()}`.trim());
    }
    let outer = el.parentElement;
    for (let level = 0; outer && outer.parentElement && level < 5; level++, outer = outer.parentElement) {
      for (const one of outer.classList) among(outer, `${outer.tagName.toLowerCase()}.${CSS.escape(one)}`);
      if (outer.matches('li,fieldset,[role=row]')) among(outer, outer.matches('[role=row]') ? '[role=row]' : outer.tagName.toLowerCase());
    }
    return found;
  };
  const candidates = (el, kind) => {
    const list = [], add = (rung, texts) => texts.filter(Boolean).forEach(text => list.push([rung, text]));
    // A caption names a field in every record: it is no value of this one, and no number of a line.
    const captions = texts => [...new Set(texts)].filter(text => text && /\p{L}/u.test(text) && !wanted.has(plain(text)));
    if (kind === 'press' || kind === 'any') add('text', [short(kind === 'press' ? caption(el)[0] : el.textContent)]);
    if (kind !== 'press') add('label', captions(names(el).map(short)));
    if (kind !== 'press') add('row', captions(textsBefore(el)).slice(0, 12));
    add('column', captions(headings(el)));
    add('placeholder', [el.getAttribute('placeholder')]);
    add('title', [el.getAttribute('title'), el.getAttribute('alt')]);
    if (kind !== 'any') add('name', [el.getAttribute('name')]);
    add('id', [el.id]);
    add('css', el === document.body ? ['body'] : [...own(el), ...counted(el), ...own(el).flatMap(one => el.closest('[id]') && el.closest('[id]') !== el ? [`#${CSS.escape(el.closest('[id]').id)} ${one}`] : []), path(el)]);
    return list;
  };
  const finds = (el, kind, rung, n) => find(document, {kind, rungs: [rung], n}).element === el;
  const describe = (el, kind) => {
    const rungs = [], most = {css: 6};
    let line = 0;
    for (const rung of candidates(el, kind)) {
      const [name] = rung;
      if (rungs.filter(one => one[0] === name).length >= (most[name] || 1)) continue;
      const last = name === 'column' ? Math.max(1, el.closest('table').rows.length) : 1;
      for (let n = 1; n <= last; n++) {
        if (!finds(el, kind, rung, n)) continue;
        rungs.push(rung);
        if (name === 'column') line = n;
        break;
      }
    }
    return {kind, rungs, line, required: Boolean(el.required || el.getAttribute('aria-required') === 'true')};
  };

  // -- what is shown --
  const value = el => el.isContentEditable && !('value' in el) ? norm(el.innerText) : el.value || '';
  const tables = () => all(document, 'table').map(table => {
    const rows = [...table.rows].filter(visible).map(row => [...row.cells].flatMap(cell => [cellText(cell), ...Array(cell.colSpan - 1).fill('')]));
    const heads = [...table.rows].filter(visible).findIndex(row => row.cells.length > 1 && [...row.cells].every(cell => cell.tagName === 'TH' && !cell.querySelector('table')));
    const at = heads >= 0 ? heads : 0;
    return {headings: rows[at] || [], rows: rows.slice(at + 1).filter(row => row.length > 1).slice(0, 200)};
  }).filter(table => table.headings.filter(Boolean).length > 1 && table.rows.some(row => row.some(text => wanted.has(plain(text)))));
  const view = () => {
    const shown = [];
    for (const el of all(document, '*')) {
      if (shown.length >= 80) break;
      const control = el.matches(SELECTORS.edit), select = el.tagName === 'SELECT';
      if (el.type === 'password' || (!control && (el.children.length || el.matches('option,script,style,title')))) continue;
      const text = select ? norm((el.selectedOptions[0] || {}).text) : control ? norm(value(el)) : norm(el.textContent);
      if (!text || text.length > 100 || !visible(el)) continue;
      if (![text, select ? el.value : '', select ? text.split(' ')[0] : ''].some(one => one && wanted.has(plain(one)))) continue;
      shown.push({text, value: select ? el.value : '', control: control && !el.readOnly && !el.disabled, target: describe(el, control ? 'edit' : 'any')});
    }
    const leaves = all(document, 'body *').filter(el => !el.children.length && !el.matches('option,script,style') && short(el.textContent) && visible(el));
    return {
      shown, tables: tables(),
      buttons: [...new Set(all(document, SELECTORS.press).filter(visible).map(el => short(caption(el)[0])).filter(Boolean))].slice(0, 400),
      texts: [...new Set(leaves.map(el => short(el.textContent)))].slice(0, 400),
      password: all(document, 'input[type=password]').some(visible),
    };
  };

  // -- what the person does --
  const known = new WeakMap();
  let count = 0;
  const remembered = (el, kind) => {
    if (!known.has(el)) known.set(el, {element: `${performance.timeOrigin}:${++count}`, target: describe(el, kind)});
    return known.get(el);
  };
  const real = event => event.composedPath()[0];
  const filled = el => tell('fill', {...remembered(el, 'edit'), text: el.type === 'password' ? '' : value(el), secret: el.type === 'password'});
  const editable = el => el instanceof Element && el.tagName !== 'SELECT' && (el.matches(SELECTORS.edit) || el.isContentEditable);
  const host = el => el.isContentEditable ? (el.closest('[contenteditable=""],[contenteditable=true]') || document.body) : el;

  const onInput = event => { const el = real(event); if (editable(el) && event.type === 'input') filled(host(el)); };
  const onChange = event => {
    const el = real(event);
    if (!(el instanceof Element)) return;
    if (el.tagName === 'SELECT') {
      const chosen = el.selectedOptions[0];
      tell('choose', {...remembered(el, 'edit'), text: norm(chosen ? chosen.text : ''), value: el.value,
        options: [...el.options].slice(0, 2000).map(one => ({text: norm(one.text), value: one.value}))});
    } else if (el.matches('input[type=checkbox],input[type=radio]')) {
      tell('tick', {...remembered(el, 'tick'), text: el.checked ? 'true' : '', value: el.type === 'radio' ? el.value : ''});
    } else if (el.matches('input[type=file]')) {
      tell('upload', {...remembered(el, 'file'), text: [...el.files].map(file => file.name).join(', ')});
    } else if (editable(el)) filled(el);
  };
  const onClick = event => {
    const el = real(event);
    if (!event.isTrusted || !(el instanceof Element) || el.matches('option,select') || el.closest('label')) return;
    const button = el.closest(SELECTORS.press);
    if (!button && (el.matches(`${SELECTORS.edit},${SELECTORS.tick}`) || el.isContentEditable)) return;
    const cell = el.closest('td'), row = button && button.matches('tr');
    if (button && !row) {
      tell('press', {element: '', target: describe(button, 'press'), text: short(caption(button)[0]), keyed: event.detail === 0, view: view()});
    } else if (row || getComputedStyle(el).cursor === 'pointer' || wanted.has(plain(el.textContent))) {
      tell('pick', {element: '', target: describe(cell || el, 'any'), text: short((cell || el).textContent), view: view()});
    }
  };
  const onKey = event => {
    const el = real(event);
    if (event.key === 'Enter' && event.isTrusted && editable(el) && el.tagName === 'INPUT') {
      filled(el);
      tell('keys', {text: 'Enter', view: view()});
    }
  };
  window.addEventListener('input', onInput, true);
  window.addEventListener('change', onChange, true);
  window.addEventListener('click', onClick, true);
  window.addEventListener('keydown', onKey, true);

  // The person answers; we only hear what was asked.
  for (const type of ['alert', 'confirm', 'prompt']) {
    const original = window[type].bind(window);
    window[type] = (text = '', ...more) => {
      const answer = original(text, ...more);
      tell('asked', {type, text: norm(String(text)), accepted: answer !== false && answer !== null, reply: typeof answer === 'string' ? answer : ''});
      return answer;
    };
  }
  Object.defineProperty(window, KEY, {value: {view, place}});
  if (location.href !== 'about:blank') tell('document', {address: location.pathname + location.search});
}
