// include ../../lib/translation.js
done(withTexts({ title: 'title', body: 'body', draft: 'draft' }));
