package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// openAPI describes all routes (OpenAPI 3.1).  It is made from the table of
// routes and the types of their bodies, so that it cannot miss one.
func (s *Server) openAPI() map[string]any {
	paths := map[string]map[string]any{}
	roles := map[access]string{canQuery: "reader, hunter or admin", canShare: "hunter or admin", canImport: "hunter, sensor or admin", canAdmin: "admin"}
	for _, rt := range s.routes() {
		op := map[string]any{"summary": rt.summary, "responses": map[string]any{
			"200":     response("The reply.", rt.out),
			"default": response("What went wrong.", map[bool]any{true: portalError{}, false: nil}[strings.HasPrefix(rt.path, "/api/v1/")]),
		}}
		if role := roles[rt.access]; role != "" {
			op["description"] = "Needs the role " + role + "."
			op["security"] = []any{map[string]any{"token": []any{}}, map[string]any{"session": []any{}}}
		}
		if rt.in != nil {
			op["requestBody"] = map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": typeSchema(reflect.TypeOf(rt.in), 0)}}}
		}
		if strings.Contains(rt.path, "{id}") {
			op["parameters"] = []any{map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "string"}}}
		}
		if paths[rt.path] == nil {
			paths[rt.path] = map[string]any{}
		}
		paths[rt.path][strings.ToLower(rt.method)] = op
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info":    map[string]any{"title": "wirehunt", "version": s.opt.Version, "description": "Advanced hunting over network-layer signals."},
		"paths":   paths,
		"components": map[string]any{"securitySchemes": map[string]any{
			"token":   map[string]any{"type": "http", "scheme": "bearer"},
			"session": map[string]any{"type": "apiKey", "in": "cookie", "name": s.cookieName()},
		}},
	}
}

func response(text string, body any) map[string]any {
	r := map[string]any{"description": text}
	if body != nil {
		r["content"] = map[string]any{"application/json": map[string]any{"schema": typeSchema(reflect.TypeOf(body), 0)}}
	}
	return r
}

// typeSchema returns the JSON schema of a Go type as encoding/json writes it.
func typeSchema(t reflect.Type, depth int) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage](), depth > 6:
		return map[string]any{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeSchema(t.Elem(), depth)
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": "array", "items": typeSchema(t.Elem(), depth+1)}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": typeSchema(t.Elem(), depth+1)}
	case reflect.Struct:
		props := map[string]any{}
		var required []string
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() {
				continue
			}
			name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			if name == "" {
				name = f.Name
			}
			props[name] = typeSchema(f.Type, depth+1)
			if !strings.Contains(opts, "omit") {
				required = append(required, name)
			}
		}
		out := map[string]any{"type": "object", "properties": props}
		if len(required) > 0 {
			out["required"] = required
		}
		return out
	}
	return map[string]any{}
}
