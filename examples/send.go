// Sends one message and says what became of it. Run it twice: the message is published once.
//
//	go run examples/send.go
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"time"
)

const (
	timeLimit      = 30 * time.Second
	requestTimeout = 10 * time.Second
)

type message struct {
	ID    string `json:"id"`
	Key   string `json:"key,omitempty"`
	Value any    `json:"value"`
}

type receipt struct {
	Status    string `json:"status"`
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Offset    string `json:"offset"`
	Reason    string `json:"reason"`
}

// rejected says that nothing was written, and that the same message would be rejected again.
type rejected struct {
	status int
	answer []byte
}

func (r rejected) Error() string { return fmt.Sprintf("rejected %d: %s", r.status, r.answer) }

// unavailable says that no attempt was acknowledged in time. Send the message again later with the same id.
type unavailable struct{ id string }

func (u unavailable) Error() string {
	return "unavailable: send it again later with the id " + u.id
}

var client = http.Client{Timeout: requestTimeout}

// send sends a message that has an id, with repeats, and returns its receipt.
func send(url string, m message) (receipt, error) {
	// Encoded once: an id that comes again with other content is refused.
	body, err := json.Marshal(m)
	if err != nil {
		return receipt{}, err
	}
	end := time.Now().Add(timeLimit)
	for ceiling := 100 * time.Millisecond; ; ceiling = min(2*ceiling, 5*time.Second) {
		status, header, answer := post(url, body)
		var r receipt
		if status == http.StatusAccepted && json.Unmarshal(answer, &r) == nil {
			return r, nil
		}
		if !isTemporary(status) {
			return receipt{}, rejected{status, answer}
		}
		wait := retryAfter(header) + rand.N(ceiling)
		if time.Now().Add(wait).After(end) {
			return receipt{}, unavailable{m.ID}
		}
		time.Sleep(wait)
	}
}

// post answers the status 0 if no complete answer came.
func post(url string, body []byte) (int, http.Header, []byte) {
	response, err := client.Post(url+"/v1/messages", "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, nil
	}
	return response.StatusCode, response.Header, answer
}

func isTemporary(status int) bool {
	return status < 300 || status == 408 || status == 409 || status == 429 || status >= 500
}

// retryAfter is how long the service asks to wait.
func retryAfter(header http.Header) time.Duration {
	seconds, _ := strconv.Atoi(header.Get("Retry-After"))
	return time.Duration(max(0, seconds)) * time.Second
}

func main() {
	url := os.Getenv("SPILLWAY_URL")
	if url == "" {
		url = "http://localhost:8000"
	}
	r, err := send(url, message{"order-1043-paid", "customer-7", map[string]int{"order": 1043}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.As(err, &unavailable{}) {
			os.Exit(75)
		}
		os.Exit(1)
	}
	switch r.Status {
	case "published":
		fmt.Printf("published %s partition %d offset %s\n", r.Topic, r.Partition, r.Offset)
	case "queued":
		fmt.Printf("queued %s: Kafka is away, and it will be published\n", r.Topic)
	default:
		fmt.Fprintf(os.Stderr, "dead: operators have to look at it: %s\n", r.Reason)
		os.Exit(1)
	}
}
