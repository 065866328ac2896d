// include ../../lib/translation.js
done(changeTexts({ title: 'title', body: 'body', draft: 'draft' }));
