// include ../../lib/translation.js
done(changeTexts({ name: 'title', description: 'body' }));
