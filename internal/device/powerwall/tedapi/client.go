package tedapi

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/protobuf"
)

// Exchange sends one request and returns what came back, whatever its status. It is
// what gateway.Client does.
type Exchange func(ctx context.Context, q gateway.Request) (gateway.Response, error)

// Options is how to ask.
type Options struct {
	Exchange Exchange
	// Password is that of the gateway's label. It is asked for when it is sent.
	Password func() string
	// Key, where not nil, signs requests, which then go over the wired network.
	Key *Key
	// Queries may be nil.
	Queries Queries
	// Now is the clock that signed requests expire by. Nil for time.Now.
	Now func() time.Time
}

// A Client asks one gateway, one request at a time. Its errors are of type
// *gateway.Error, or that of a canceled context. It is not safe for concurrent use.
type Client struct {
	options Options
	din     string
	refused map[string]refused // by path
	cool    time.Time          // nothing is asked before
	cause   error
}

// New returns a client. It talks to nobody yet.
func New(o Options) *Client {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{options: o, refused: make(map[string]refused)}
}

// user is whom every gateway knows.
const user = "Tesla_Energy_Device"

// Paths.
const (
	dinPath    = "/tedapi/din"
	localPath  = "/tedapi/v1"
	signedPath = "/tedapi/v1r"
)

// DIN returns the gateway's own number, asking for it once.
func (c *Client) DIN(ctx context.Context) (string, error) {
	if c.din != "" {
		return c.din, nil
	}
	q := gateway.Request{Method: http.MethodGet, Path: dinPath, Bearer: c.signs()}
	if !c.signs() {
		q.User, q.Password = user, c.options.Password
	}
	body, err := c.send(ctx, q)
	if err != nil {
		return "", c.discreet(err)
	}
	din := strings.TrimSpace(string(body))
	if !validDIN(din) || c.tellsSecret(din) {
		return "", fail(gateway.ClassJSON, "the gateway tells no DIN but %d bytes of something else", len(body))
	}
	c.din = din
	return din, nil
}

// validDIN reports whether it has the form of one. It becomes part of paths.
func validDIN(din string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
	return din != "" && len(din) <= maxDIN && strings.Trim(din, letters) == ""
}

func (c *Client) signs() bool { return c.options.Key != nil }

// SystemInfo asks for firmware and identity.
func (c *Client) SystemInfo(ctx context.Context) (*SystemInfo, error) {
	return read(ctx, c, payloadCommon, ask(askSystemInfo), systemInfo, ParseSystemInfo)
}

// Networks asks for the state of the network interfaces.
func (c *Client) Networks(ctx context.Context) ([]Network, error) {
	return read(ctx, c, payloadCommon, ask(askNetworking), networkingStatus, ParseNetworks)
}

// SiteConfig asks for the configuration.
func (c *Client) SiteConfig(ctx context.Context) (*SiteConfig, error) {
	return read(ctx, c, payloadFileStore, readConfig(), readFileResponse, func(b []byte) (*SiteConfig, error) {
		content, err := openFile(b)
		if err != nil {
			return nil, err
		}
		return ParseSiteConfig(content)
	})
}

// HasController reports whether there is a query for Controller.
func (c *Client) HasController() bool { return c.query(controllerQuery) != nil }

// HasComponents reports whether there is a query for Unit.
func (c *Client) HasComponents() bool { return c.query(unitQuery, componentsQuery) != nil }

// query returns the first of those queries that there is.
func (c *Client) query(names ...string) *Query {
	for _, name := range names {
		if q, ok := c.options.Queries[name]; ok {
			return &q
		}
	}
	return nil
}

// Controller asks for the state of the site.
func (c *Client) Controller(ctx context.Context) (*Controller, error) {
	q := c.query(controllerQuery)
	if q == nil {
		return nil, fail(gateway.ClassMissing, "%w", ErrNoQuery)
	}
	din, err := c.DIN(ctx)
	if err != nil {
		return nil, err
	}
	n, err := c.graphQL(ctx, localPath, local(din), q)
	if err != nil {
		return nil, err
	}
	return newController(n), nil
}

// Unit asks a Powerwall 3 for its components. alone tells that the site has no other.
func (c *Client) Unit(ctx context.Context, b ConfiguredBlock, alone bool) (*Unit, error) {
	q := c.query(unitQuery, componentsQuery)
	if q == nil {
		return nil, fail(gateway.ClassMissing, "%w", ErrNoQuery)
	}
	din, err := c.DIN(ctx)
	if err != nil {
		return nil, err
	}
	path, h := localPath, local(din)
	if !alone && !c.signs() {
		if !validDIN(b.DIN) {
			return nil, fail(gateway.ClassJSON, "the configuration has a unit whose DIN is none")
		}
		path, h = "/tedapi/device/"+url.PathEscape(b.DIN)+"/v1", relayed(din, b.DIN)
	}
	n, err := c.graphQL(ctx, path, h, q)
	if err != nil {
		return nil, err
	}
	return newComponents(n).Unit(b), nil
}

// Reachable returns those of the units that can be asked for their components. Signed
// requests are answered by the leader alone, and for itself.
func (c *Client) Reachable(units []ConfiguredBlock) []ConfiguredBlock {
	if !c.signs() || len(units) < 2 {
		return units
	}
	for i, b := range units {
		if b.DIN == c.din {
			return units[i : i+1]
		}
	}
	return units[:1]
}

// graphQL runs a query.
func (c *Client) graphQL(ctx context.Context, path string, h header, q *Query) (node, error) {
	return exchange(ctx, c, question{path, h, payloadGraphQL, q.message(), queryResponse}, parseQueryResponse)
}

// read asks the gateway itself for something that needs no query.
func read[T any](ctx context.Context, c *Client, payload uint64, request protobuf.Message, answer uint64, parse func([]byte) (T, error)) (T, error) {
	din, err := c.DIN(ctx)
	if err != nil {
		var none T
		return none, err
	}
	h := local(din)
	if c.signs() {
		h = authorized(din)
	}
	return exchange(ctx, c, question{localPath, h, payload, request, answer}, parse)
}

// A question is one message, and where its answer is.
type question struct {
	path    string
	header  header
	payload uint64
	content protobuf.Message
	answer  uint64 // number in the payload
}

// exchange sends a question and parses what the answer holds.
func exchange[T any](ctx context.Context, c *Client, q question, parse func([]byte) (T, error)) (T, error) {
	var none T
	envelope, err := c.carry(ctx, q)
	if err != nil {
		return none, c.discreet(err)
	}
	content, err := openEnvelope(envelope, q.payload, q.answer)
	if err != nil {
		return none, c.discreet(answerError(err))
	}
	v, err := parse(content)
	if err != nil {
		return none, c.discreet(answerError(err))
	}
	return v, nil
}

// carry takes a question to the gateway, and returns the envelope of the answer.
func (c *Client) carry(ctx context.Context, q question) ([]byte, error) {
	envelope := q.header.envelope(q.payload, q.content)
	if c.signs() {
		return c.carrySigned(ctx, envelope)
	}
	body, err := c.send(ctx, gateway.Request{
		Method: http.MethodPost, Path: q.path, ContentType: "application/octet-string", // sic
		Body: q.header.message(envelope), User: user, Password: c.options.Password,
	})
	if err != nil {
		return nil, err
	}
	inner, err := openMessage(body)
	if err != nil {
		return nil, answerError(err)
	}
	return inner, nil
}

func (c *Client) carrySigned(ctx context.Context, envelope protobuf.Message) ([]byte, error) {
	r := signedRequest{din: c.din, payload: envelope, expires: expiry(c.options.Now()), uuid: newUUID()}
	message, err := r.message(c.options.Key)
	if err != nil {
		return nil, answerError(err)
	}
	body, err := c.send(ctx, gateway.Request{
		Method: http.MethodPost, Path: signedPath, ContentType: "application/octet-stream", Body: message,
	})
	if err != nil {
		return nil, err
	}
	inner, err := openRoutable(body)
	if errors.Is(err, errWrongDIN) {
		c.din = "" // the gateway may have been exchanged
	}
	if err != nil {
		return nil, answerError(err)
	}
	return inner, nil
}

// newUUID returns a random UUID, version 4, as text (RFC 9562).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
