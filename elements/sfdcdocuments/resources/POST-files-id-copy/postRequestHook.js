// include ../../lib/copy.js
done(foundCopy(request_path_variables.id, ({ FileExtension }) => FileExtension));
