# Mail in clear and behind STARTTLS, from inside and outside.
mail() {
	local host=$1
	shift
	act "$host" "${USER_OF[$host]}" swaks swaks --server mail.range.example --ehlo "$host.range.example" \
		--header 'X-Mailer: Range 1.0' "$@"
}

scenario_smtp() {
	capture smtp "tcp and host ${IP[srv-mail]} and (port 25 or port 587)"
	mail ws1 --port 25 --from alice@range.example --to bob@range.example,carol@range.example,erin@partner.example \
		--header 'Subject: Minutes of the meeting' --body 'See the attached notes.' \
		--attach-type text/plain --attach "@/srv/upload/notes.txt"
	mail ws2 --port 587 --tls --auth LOGIN --auth-user alice --auth-password alice-Pass1 \
		--from alice@range.example --to dave@range.example --header 'Subject: Private' --body 'Behind STARTTLS.'
	mail ws3 --port 25 --tls --from carol@range.example --to alice@range.example,bob@range.example \
		--header 'Subject: Lunch' --body 'At noon?'
	mail ws4 --port 25 --from dave@range.example --to nobody@range.example --header 'Subject: Anybody there' --body 'Hello.'
	mail ws4 --port 587 --tls --auth PLAIN --auth-user alice --auth-password guess \
		--from dave@range.example --to bob@range.example --header 'Subject: Never sent' --body 'No.'
	act mx root swaks swaks --server mail.range.example --ehlo mx.partner.example --port 25 \
		--from erin@partner.example --to alice@range.example \
		--header 'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=' --body 'From the other company.'
	end_capture smtp
	expect '{"starttls": 3, "clear": 3, "refused_recipients": ["nobody@range.example"]}'
}
