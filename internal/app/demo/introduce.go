package demo

import (
	"fmt"
	"strings"
	"time"

	"spoor/fabric"
	"spoor/internal/app"
	"spoor/internal/app/tail"
)

// introduce says what is to be seen, and where the rest can be seen.
func (n *narrator) introduce(a *app.Addresses, c *fabric.Config) {
	n.began, n.plan = time.Unix(0, c.Start), newPlan(c)
	n.gauges = newGauges(&n.o.App.HTTP, a.HTTP)
	pods := ""
	if c.Pods > 1 {
		pods = fmt.Sprintf("%d pods of ", c.Pods)
	}
	n.say(bold, "A simulated fabric: %s%d spines and %d leaves with %d hosts each, links of %s.",
		pods, c.Spines, c.Leaves, c.Hosts, tail.Speed(float64(min(c.HostSpeed, c.FabricSpeed))))
	n.say(plain, "%d flows run through it%s.", c.Flows, bigOnes(c.Elephants))
	n.say(plain, "Its switches send real sFlow datagrams to UDP %s; spoor knows nothing but what they say.", a.UDP)
	n.say(plain, "")
	taken := ""
	if want := n.o.App.HTTP.Listen; want != "" && want != a.HTTP.String() {
		taken = fmt.Sprintf("  (%s is taken)", want)
	}
	n.say(plain, "  page       %s%s/%s", scheme(&n.o.App.HTTP), a.HTTP, taken)
	n.say(plain, "  metrics    %s%s/metrics", scheme(&n.o.App.HTTP), a.HTTP)
	broker := strings.Join(a.Brokers, ",")
	n.say(plain, "  broker     %s, embedded, speaks Kafka's protocol", broker)
	n.say(plain, "  elephants  %s tail elephants --from start --kafka.brokers %s", n.o.Program, broker)
	n.say(plain, "             kcat -C -b %s -t sflow.elephants -o beginning", broker)
	n.say(plain, "")
	end := "Ctrl-C ends it"
	if c.Duration > 0 {
		end = fmt.Sprintf("It ends after %s, or with Ctrl-C,", short(c.Duration))
	}
	n.say(plain, "%s and compares what was found with what truly happened.", end)
	n.say(plain, "Lines of elephants have a letter (the same on the page), the flow, its share of a link with the 95%% interval, rate and path.")
	n.say(plain, "")
}

// short leaves out the zero parts: 1h instead of 1h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// bigOnes says which elephants will come:
//
//	, 3 of them elephants: 30% of a link after 2 s, 20% after 5 s, 15% after 8 s
func bigOnes(list []fabric.Elephant) string {
	if len(list) == 0 {
		return ""
	}
	parts, flows := make([]string, len(list)), 0
	for i, e := range list {
		of := ""
		if i == 0 {
			of = " of a link"
		}
		times := ""
		if e.Flows > 1 {
			times = fmt.Sprintf("%d times ", e.Flows)
		}
		flows += max(e.Flows, 1)
		parts[i] = times + fmt.Sprintf("%.3g%%%s after %.3g s", 100*e.Share, of, e.Start.Seconds())
	}
	return fmt.Sprintf(", %d of them elephants: %s", flows, strings.Join(parts, ", "))
}
