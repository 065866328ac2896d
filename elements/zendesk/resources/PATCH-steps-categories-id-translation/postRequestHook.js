// include ../../lib/translation.js
done(withTexts({ name: 'title', description: 'body' }));
