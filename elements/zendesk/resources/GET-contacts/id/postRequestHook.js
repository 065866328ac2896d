// Of people who are asked for by their ids, those who are end users.
done(response_iserror ? {} : { response_body: response_body.filter(({ role }) => role === 'end-user') });
