package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"spoor/collector/capture"
	"spoor/internal/app/dump"
)

func (c *cli) decodeCommand() *cobra.Command {
	var agent string
	o := dump.Options{}
	cmd := &cobra.Command{
		Use:   "decode [--raw] [--text] [--agent A] [--kind K] FILE...|-|udp://ADDR",
		Short: "Show all that sFlow datagrams hold",
		Long: "decode prints each sFlow datagram with every value of every sample and record in it, as one line of JSON or as\n" +
			"text, under the names of the standard, and says where and why something in it cannot be read. It reads captures\n" +
			"(pcap, pcapng; plain, gzip or zstd; - is standard input), bare payloads, or what arrives at a UDP address.",
		Example: "  spoor decode fabric.pcap | jq .samples[].records[].kind\n" +
			"  spoor decode --text --agent 10.255.0.1 --kind discard fabric.pcapng.zst\n" +
			"  spoor decode --raw datagram.bin\n" +
			"  spoor decode --text udp://:6343",
		Args: oneFile,
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.Raw, "raw", false, "each FILE is the payload of one datagram")
	flags.BoolVar(&o.Text, "text", false, "print for people, a line for each sample and record")
	flags.StringVar(&agent, "agent", "", "show the datagrams of this agent alone, by its `address`")
	flags.StringVar(&o.Kind, "kind", "", "show samples of one `kind` alone: "+strings.Join(dump.Kinds(), ", "))
	flags.Uint16Var(&o.Port, "port", capture.DefaultPort, "UDP destination `port` of the datagrams in captures; 0 takes all")
	cmd.RunE = c.command(func(cmd *cobra.Command, args []string, _ *slog.Logger) error {
		if agent != "" {
			a, err := netip.ParseAddr(agent)
			if err != nil {
				return fmt.Errorf("--agent: %q is no address", agent)
			}
			o.Agent = a
		}
		o.Sources, o.In, o.Out = args, c.in, c.out
		if err := o.Check(); err != nil {
			return err
		}
		c.working = true
		return dump.Run(cmd.Context(), &o)
	})
	return cmd
}
