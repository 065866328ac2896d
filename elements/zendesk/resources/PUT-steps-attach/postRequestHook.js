// The answer is the attachment, as its upload showed it: its id stays when the comment takes it.
done(response_iserror ? {} : { response_body: request_previous_response.attachment });
