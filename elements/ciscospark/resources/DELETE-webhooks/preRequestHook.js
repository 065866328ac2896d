// include ../../../lib/remove-if-known.js
done(removeIfKnown('event.notification.subscription.id'));
