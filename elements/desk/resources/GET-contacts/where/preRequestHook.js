// include ../../../lib/search.js
const names = ['first_name', 'last_name', 'full_name', 'email', 'phone', 'twitter', 'external_id', 'q'];
done(searchBy(names, { emails: 'email', phone_numbers: 'phone' }));
