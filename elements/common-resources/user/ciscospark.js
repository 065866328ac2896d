// include ../lib/search-names.js
done(isWhere ? { where: searchedAs({ email: 'email' }) } : transformedObject);
