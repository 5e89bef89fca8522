// The rules of rules/tplink.rules, for the JavaScript Scripting add-on: install one of the two files,
// not both. The names are explained in items/plug.items.
//
// openHAB runs one rule of this file at a time: while a command waits for a device that is gone, up
// to 5 s, what the polls say waits too. In rules/tplink.rules only the next commands wait.

const { actions, items, rules, time, triggers } = require('openhab');

const PROGRAM = '/etc/openhab/scripts/tplink-exec';

rules.JSRule({
  name: 'TP-Link: pass a command on',
  triggers: triggers.GroupCommandTrigger('gTplink'),
  execute: (event) => {
    const item = items.getItem(event.itemName);
    const result = items.getItem(item.name + '_Command_Result');
    // "tplink-exec HOST PORT [WORD]...": what stands before the command.
    const words = item.tags.find((tag) => tag.startsWith('tplink-exec ')).split(' ').slice(1);

    // The program gives up after 5 s (its default --timeout), well before openHAB does.
    const answer = actions.Exec.executeCommandLine(
      time.Duration.ofSeconds(10), PROGRAM, ...words, event.receivedCommand);

    // Done: the program says nothing. null: it could not be started, or took too long.
    if (answer !== null && answer.trim() === '') {
      result.postUpdate('OK');
      items.getItem(item.name + '_Poll_Run').sendCommand('ON'); // rather than at the next interval
    } else {
      const error = answer === null ? 'not started, or no end after 10 s: see openhab.log' : answer.trim();
      console.warn(item.name + ' ' + event.receivedCommand + ' failed: ' + error);
      item.postUpdate('UNDEF');
      result.postUpdate('failed: ' + error);
    }
  }
});

rules.JSRule({
  name: 'TP-Link: follow what a poll says',
  triggers: triggers.GroupStateUpdateTrigger('gTplink_Polls'),
  execute: (event) => {
    const item = items.getItem(event.itemName.replace(/_Poll_Output$/, ''));
    const result = items.getItem(item.name + '_Poll_Result');
    const answer = event.receivedState.trim();
    // ON, OFF, a whole number, H,S,B or a decimal; whatever else it is, nobody knows.
    if (/^(ON|OFF|[0-9]+,[0-9]+,[0-9]+|-?[0-9]+(\.[0-9]+)?)$/.test(answer)) {
      item.postUpdate(answer);
      result.postUpdate('OK');
    } else {
      item.postUpdate('UNDEF');
      result.postUpdate('failed: ' + answer.split('\n')[0]);
    }
  }
});
