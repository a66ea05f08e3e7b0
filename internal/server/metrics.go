package server

import (
	"context"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/carnet-project/carnet/internal/metrics"
)

// metricsServer serves the counters on an address of their own, so that who may
// read them is not who may reach the API. They need no key: no value of anybody
// is in them. A nil one does nothing.
type metricsServer struct {
	listener net.Listener
	http     *http.Server
}

// maxScrapes is how many may read the counters at once: each answer is made
// anew.
const maxScrapes = 4

func openMetrics(ctx context.Context, c Config, m *metrics.Metrics) (*metricsServer, error) {
	if c.Metrics == "" {
		return nil, nil
	}
	_, counters := c.listensOn()
	l, err := counters.listen(ctx)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.Gatherer(), promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes}))
	return &metricsServer{l, &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readHeaderTimeout,
		WriteTimeout:      readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          errorLog(c.Log),
	}}, nil
}

func (m *metricsServer) start() {
	if m != nil {
		go func() { _ = m.http.Serve(m.listener) }() // ends with close
	}
}

// close ends serving at once: who reads counters reads them again.
func (m *metricsServer) close() error {
	if m == nil {
		return nil
	}
	err := m.http.Close()
	_ = m.listener.Close() // closed already where it has served
	return err
}

// MetricsURL gives the address of the counters, "" where they are not served.
func (s *Server) MetricsURL() string {
	if s.metrics == nil {
		return ""
	}
	return reachable(s.metrics.listener.Addr()) + "/metrics"
}
