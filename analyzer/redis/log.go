package redis

import "wirehunt/event"

// Log is redis.log.
var Log = event.NewLog("redis", "RedisConnectionInspected", "Redis commands and their replies.")

// The fields of redis.log.
var (
	colName    = Log.StringField("cmd.name", "Command as it was sent.")
	colKey     = Log.StringField("cmd.key", "Key that the command is about.")
	colValue   = Log.StringField("cmd.value", "Value that the command sets or compares.")
	colSuccess = Log.BoolField("success", "Whether the reply was no error.")
	colReply   = Log.StringField("reply.value", "Reply as text.")
)
