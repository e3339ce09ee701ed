// Tables and lists: their rows under named headings, and the cells of a column.

const TABLE = 'table,[role=table],[role=grid],[role=treegrid]';
const rowsOf = table => table.rows ? [...table.rows].filter(row => row.parentElement.tagName !== 'TFOOT') : all(table, '[role=row]');
const cellsOf = row => row.cells ? [...row.cells]
  : all(row, '[role=columnheader],[role=rowheader],[role=cell],[role=gridcell]').filter(cell => cell.getBoundingClientRect);
// Each row as [from, to, cell] by column, colspans and rowspans counted.
const grid = table => {
  const lines = [];
  let open = [];  // cells of rows above that reach down: [from, to, cell, rows left]
  for (const row of rowsOf(table)) {
    const line = open.map(([from, to, cell]) => [from, to, cell]);
    open = open.map(([from, to, cell, left]) => [from, to, cell, left - 1]).filter(one => one[3] > 0);
    let at = 0;
    for (const cell of cellsOf(row)) {
      for (let hit; (hit = line.find(([from, to]) => from <= at && to > at));) at = hit[1];
      const end = at + (cell.colSpan || 1);
      line.push([at, end, cell]);
      if (cell.rowSpan > 1) open.push([at, end, cell, cell.rowSpan - 1]);
      at = end;
    }
    lines.push(line.sort((a, b) => a[0] - b[0]));
  }
  return lines;
};
const isHead = (cell, heading) => fold(cell.textContent) === heading && !cell.querySelector('table');

const inColumn = (root, heading, kind, n) => {
  const found = [];
  for (const table of all(root, TABLE)) {
    const lines = grid(table), at = lines.findIndex(line => line.some(([, , cell]) => isHead(cell, heading) && visible(cell)));
    if (at < 0) continue;
    const [start, end] = lines[at].find(([, , cell]) => isHead(cell, heading));
    const cells = once(bodyOf(root, table, lines, at).map(line => line.find(([from, to]) => from < end && to > start))
      .filter(Boolean).map(([, , cell]) => cell)).filter(cell => !cell.querySelector('table'));
    const filled = kind === 'any' ? cells.filter(visible).map(cell => [cell]) : cells.map(cell => within(cell, kind)).filter(list => list.length);
    const line = filled[n ? n - 1 : filled.length - 1];
    if (line && line.length === 1) found.push(line[0]);
  }
  return found;
};

// The lines below a row of headings; headings that stay in place stand in a table of their own, before the one with the rows.
const bodyOf = (root, table, lines, at) => {
  const own = lines.slice(at + 1);
  if (own.length) return own;
  const next = all(root, TABLE).find(other => other !== table && follows(table, other) && !holds(table, other));
  const below = next ? grid(next) : [];
  return below.some(line => line.length === lines[at].length) ? below.filter(line => line.length === lines[at].length) : own;
};

const cellText = cell => {
  const controls = [...cell.querySelectorAll(SELECTORS.edit)].filter(el => !cell.ownerDocument.defaultView || visible(el));
  return controls.length === 1 ? shown(controls[0]).text : norm(cell.innerText || cell.textContent);
};

// The rows below a table's headings, or each `row` by CSS: [{name: text}]; null when no table has all the headings.
const rows = (root, {columns, row, having}) => {
  const found = row ? eachRow(root, row, columns) : underHeadings(root, columns);
  return found && found.filter(one => Object.values(one).some(Boolean)).filter(one => !having || one[having]);
};
// The rows of a document at rest, whether it was, and whether it says that there are none.
const listed = async (root, [asked, empty, ...resting]) => {
  const quiet = await rested(root, resting), found = rows(root, asked);
  return {quiet, found, none: Boolean(found) && !found.length && signs(root, empty).some(Boolean)};
};
const picked = (place, cells, row) => {
  const cell = place.css ? all(row, place.css)[0] : cells[place.n - 1];
  if (!cell) return '';
  return place.attribute ? norm(cell.getAttribute(place.attribute)) : cellText(cell);
};
const eachRow = (root, row, columns) => all(root, row).filter(visible).map(one => {
  const cells = one.cells || cellsOf(one).length ? cellsOf(one) : [...one.children];
  return Object.fromEntries(Object.entries(columns).map(([name, place]) => [name, picked(place, cells, one)]));
});
const underHeadings = (root, columns) => {
  for (const table of all(root, TABLE)) {
    if (root.defaultView && !visible(table)) continue;
    const lines = grid(table);
    for (const [index, heads] of lines.entries()) {
      const at = Object.entries(columns).map(([name, place]) =>
        [name, place, typeof place === 'string' ? heads.find(([, , cell]) => isHead(cell, fold(place))) : null]);
      if (at.some(([, place, head]) => typeof place === 'string' && !head)) continue;
      return bodyOf(root, table, lines, index).map(line => {
        if (line.length === 1 && heads.length > 1) return {};
        const cells = line.map(([, , cell]) => cell);
        return Object.fromEntries(at.map(([name, place, head]) => {
          if (!head) return [name, cells.length ? picked(place, cells, cells[0].closest(ROW)) : ''];
          const cell = line.find(([start, end]) => start <= head[0] && end > head[0]);
          return [name, cell ? cellText(cell[2]) : ''];
        }));
      });
    }
  }
  return null;
};

// The rows of a page that is fetched and not shown; null when it has no such table as it comes from the server.
const fetched = async (root, [url, asked, next]) => {
  const answer = await fetch(url, {credentials: 'same-origin', redirect: 'error', cache: 'no-store'});
  if (!answer.ok || !(answer.headers.get('content-type') || '').includes('html')) return null;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const found = rows(page, asked);
  if (!found || (next && [...page.querySelectorAll(SELECTORS.press)].some(el => fold(el.textContent || el.value) === fold(next)))) return null;
  return found;
};

// Scroll a list down by most of its height; whether there was anything further to scroll to.
const scrolled = (root, css) => {
  const box = css === 'html' ? root.scrollingElement : all(root, css).find(visible);
  if (!box) return false;
  const before = box.scrollTop;
  box.scrollTop += Math.max(box.clientHeight * 0.8, 40);
  box.dispatchEvent(new Event('scroll'));
  return box.scrollTop > before;
};
