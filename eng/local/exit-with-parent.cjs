// Preloaded into Azurite (node --require) by Azurite.cs.

// Standard input is a pipe from the launcher. When it ends, the launcher is gone, however it went.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).on('error', () => process.exit(1)).resume();
process.stdin.unref?.(); // listening for that keeps nobody alive

// Ctrl-C reaches every process of the terminal. The launcher stops this one itself, after the host that needs it.
process.on('SIGINT', () => {});
process.on('newListener', (event, listener) => {
  if (event === 'SIGINT') setImmediate(() => process.removeListener(event, listener));
});
