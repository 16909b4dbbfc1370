package mqtt

import "wirehunt/event"

// ConnectLog is mqtt_connect.log: one record per answer to CONNECT.
var ConnectLog = event.NewLog("mqtt_connect", "MqttConnectionInspected", "MQTT clients and how the broker received them.")

// The fields of mqtt_connect.log.
var (
	colProtoName    = ConnectLog.StringField("proto_name", "Name of the protocol: MQTT, or MQIsdp before 3.1.1.")
	colProtoVersion = ConnectLog.StringField("proto_version", "Version: 3.1, 3.1.1 or 5.0.")
	colClientID     = ConnectLog.StringField("client_id", "Name of the client.")
	colStatus       = ConnectLog.StringField("connect_status", "What the broker answered.")
	colWillTopic    = ConnectLog.StringField("will_topic", "Topic of the message that the broker is to send when the client is gone.")
	colWillPayload  = ConnectLog.StringField("will_payload", "Content of that message.")
)

// SubscribeLog is mqtt_subscribe.log: one record per SUBSCRIBE and
// UNSUBSCRIBE.
var SubscribeLog = event.NewLog("mqtt_subscribe", "MqttConnectionInspected", "Topics that MQTT clients subscribe to.")

// The fields of mqtt_subscribe.log.
var (
	colAction  = SubscribeLog.EnumField("action", "MQTT::SUBSCRIBE or MQTT::UNSUBSCRIBE.")
	colTopics  = SubscribeLog.VectorField("topics", event.String, "Topics, or patterns of topics.")
	colLevels  = SubscribeLog.VectorField("qos_levels", event.Count, "Quality of service asked for, per topic.")
	colGranted = SubscribeLog.CountField("granted_qos_level", "Quality of service granted for the first topic.")
	colAck     = SubscribeLog.BoolField("ack", "Whether the broker acknowledged.")
)

// PublishLog is mqtt_publish.log: one record per message published.
var PublishLog = event.NewLog("mqtt_publish", "MqttConnectionInspected", "Messages published by MQTT, to brokers and from them.")

// The fields of mqtt_publish.log.
var (
	colFromClient = PublishLog.BoolField("from_client", "Whether the client of the connection published the message.")
	colRetain     = PublishLog.BoolField("retain", "Whether the broker is to keep the message for later subscribers.")
	colQoS        = PublishLog.StringField("qos", "Quality of service: at most once, at least once, exactly once.")
	colDelivery   = PublishLog.StringField("status", "ok, or incomplete_qos if the acknowledgements that the quality of service asks for were not seen.")
	colTopic      = PublishLog.StringField("topic", "Topic of the message.")
	colPayload    = PublishLog.StringField("payload", "First 100 bytes of the message.")
	colPayloadLen = PublishLog.CountField("payload_len", "Length of the message in bytes.")
)
