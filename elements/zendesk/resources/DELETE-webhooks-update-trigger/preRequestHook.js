// include ../../../lib/remove-if-known.js
done(removeIfKnown('helpdesk.zendesk.webhook.trigger_id'));
