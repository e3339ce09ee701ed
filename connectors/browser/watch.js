// Run at the start of every document, before its own scripts: the tools of ladder.js, when the document was last redrawn,
// who looks at keys before the page does (see keys.js), and the bodies of what it sends (with files in them they are shown to nobody else).
tools => {
  const key = Symbol.for('oficio');
  if (window[key]) return;
  const watch = {tools, redrawn: performance.now(), keyed: null, key: event => { if (watch.keyed && event.isTrusted) watch.keyed(event); }};
  Object.defineProperty(window, key, {value: watch});

  new MutationObserver(() => { watch.redrawn = performance.now(); }).observe(document,
    {childList: true, subtree: true, characterData: true, attributeFilter: ['id', 'name', 'for']});

  window.addEventListener('keydown', watch.key, true);

  // Closed shadow roots are open to our locators; the page itself sees no difference.
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) { return attach.call(this, {...how, mode: 'open'}); };

  const bodies = [], MOST = 8;
  const keep = one => { bodies.push(one); if (bodies.length > MOST) bodies.shift(); };
  const hidden = body => body instanceof FormData || body instanceof Blob;
  window.addEventListener('formdata', event => keep({
    form: true, body: event.formData, charset: (event.target.acceptCharset || document.characterSet).split(/[ ,]+/)[0],
  }), true);
  const fetched = window.fetch, sent = XMLHttpRequest.prototype.send;
  window.fetch = function (input, init) {
    const body = init ? init.body : undefined;
    if (hidden(body)) keep({form: false, body});
    else if (body === undefined && input instanceof Request && input.body) keep({form: false, body: input.clone()});
    return fetched.apply(this, arguments);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (hidden(body)) keep({form: false, body});
    return sent.apply(this, arguments);
  };

  // The form's data that was sent last, or the oldest body of a script that was not taken yet; null when there is none.
  watch.take = async form => {
    const at = form ? bodies.findLastIndex(one => one.form) : bodies.findIndex(one => !one.form);
    if (at < 0) return null;
    const [{body, charset}] = bodies.splice(at, 1);
    const whole = body instanceof Request ? body : new Response(body);
    const type = whole.headers.get('content-type') || '', bytes = new Uint8Array(await whole.arrayBuffer());
    let text = '';
    for (let n = 0; n < bytes.length; n += 32768) text += String.fromCharCode(...bytes.subarray(n, n + 32768));
    return {type, charset: charset || 'utf-8', data: btoa(text)};
  };
}
