// In the keyboard's blank page: hands the browser's protocol (`window.devtools`) many commands at once.
(() => {
  let last = 0;
  // The results of [method, parameters] pairs, when all are there.
  window.sent = (commands, session) => new Promise((done, failed) => {
    const first = last + 1, results = [];
    devtools.onmessage = text => {
      const {id, result, error, method, params} = JSON.parse(text);
      if (method === 'Target.detachedFromTarget' && params.sessionId === session) failed(new Error('Target closed'));
      if (!(id >= first)) return;  // an answer that came too late for those before
      if (error) failed(new Error(error.message));
      else if (results.push(result) === commands.length) done(results);
    };
    for (const [method, params] of commands) {
      last += 1;
      devtools.send(JSON.stringify({id: last, method, params, ...(session && {sessionId: session})}));
    }
  });
  // Ask the page first, and send only when it says that all can go as it is: {failed} when it could not be asked.
  // An answer after so many milliseconds is too late: nobody waits for these keys any more.
  window.sentIf = async (expression, commands, session, most) => {
    const start = performance.now();
    let asked;
    try {
      [asked] = await sent([['Runtime.evaluate', {expression, returnByValue: true}]], session);
      if (asked.exceptionDetails || !asked.result.value) return {failed: true};
    } catch (error) {
      if (error.message === 'Target closed') throw error;
      return {failed: true};
    }
    const {answer} = asked.result.value;
    const go = Array.isArray(answer) ? answer.every(field => field && !field.lines) : answer;
    if (performance.now() - start > most) return {late: true};
    if (go) await sent(commands, session);
    return {answer};
  };
  window.attached = async target => (await sent([['Target.attachToTarget', {targetId: target, flatten: true}]]))[0].sessionId;
})();
