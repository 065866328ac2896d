// include ../../../lib/remove-if-known.js
done(removeIfKnown('helpdesk.zendesk.webhook.create_trigger_id'));
