// Package manifests reads deploy/kubernetes as a cluster would: in a module of its
// own, for Kubernetes' types bring forty others along that the program needs none of.
package manifests

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const folder = "../../deploy/kubernetes"

// read gives the objects of a file. An unknown field is an error, and so is one that is given twice.
func read(t *testing.T, name string) (list []runtime.Object) {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(core.AddToScheme(scheme), apps.AddToScheme(scheme), networking.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	for docs := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text))); ; {
		doc := make([]byte, len(text))
		n, err := docs.Read(doc)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		o, _, err := decoder.Decode(doc[:n], nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, o)
	}
}

// all reads every file that the kustomization names, and wants each file named.
func all(t *testing.T) (list []runtime.Object) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "kustomization.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var k struct {
		APIVersion, Kind, Namespace string
		Resources                   []string
		ConfigMapGenerator          []struct {
			Name  string
			Files []string
		}
		Images []struct{ Name, NewName, NewTag string }
	}
	if err := yaml.UnmarshalStrict(text, &k); err != nil {
		t.Fatal(err)
	}
	named := append([]string{"kustomization.yaml"}, k.Resources...)
	for _, g := range k.ConfigMapGenerator {
		named = append(named, g.Files...)
	}
	there, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range there {
		there[i] = filepath.Base(there[i])
	}
	slices.Sort(named)
	if !slices.Equal(named, there) {
		t.Errorf("%q are named, %q are there", named, there)
	}
	for _, name := range k.Resources {
		list = append(list, read(t, name)...)
	}
	return list
}

// of gives the only object of a type, or all of them.
func of[T runtime.Object](t *testing.T, list []runtime.Object) (found []T) {
	t.Helper()
	for _, o := range list {
		if x, ok := o.(T); ok {
			found = append(found, x)
		}
	}
	if len(found) == 0 {
		t.Fatalf("no %T", *new(T))
	}
	return found
}

// TestManifests: what refers to each other fits.
func TestManifests(t *testing.T) {
	list := all(t)
	set := of[*apps.StatefulSet](t, list)[0]
	pod := set.Spec.Template
	if !labels.SelectorFromSet(set.Spec.Selector.MatchLabels).Matches(labels.Set(pod.Labels)) {
		t.Error("the set does not know its own pods")
	}
	c := pod.Spec.Containers[0]
	ports := make(map[string]core.ContainerPort)
	for _, p := range c.Ports {
		ports[p.Name] = p
	}
	services := of[*core.Service](t, list)
	for _, s := range services {
		if !labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(pod.Labels)) {
			t.Errorf("service %s finds no pod", s.Name)
		}
		for _, p := range s.Spec.Ports {
			if to, ok := ports[p.TargetPort.StrVal]; !ok || to.Protocol != p.Protocol {
				t.Errorf("service %s: port %s leads to %+v", s.Name, p.Name, to)
			}
		}
	}
	if !slices.ContainsFunc(services, func(s *core.Service) bool { return s.Name == set.Spec.ServiceName }) {
		t.Errorf("there is no service %s", set.Spec.ServiceName)
	}
	for path, probe := range map[string]*core.Probe{"/healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != path || ports[probe.HTTPGet.Port.StrVal].Name == "" {
			t.Errorf("%s is not asked: %+v", path, probe)
		}
	}
	volumes := make(map[string]bool)
	for _, v := range pod.Spec.Volumes {
		volumes[v.Name] = true
	}
	for _, v := range set.Spec.VolumeClaimTemplates {
		volumes[v.Name] = true
	}
	for _, m := range c.VolumeMounts {
		if !volumes[m.Name] {
			t.Errorf("there is no volume %s", m.Name)
		}
	}
	policy := of[*networking.NetworkPolicy](t, list)[0]
	if !labels.SelectorFromSet(policy.Spec.PodSelector.MatchLabels).Matches(labels.Set(pod.Labels)) {
		t.Error("the network policy is for no pod")
	}
}

// TestToken: the patch is of the set that there is, and what it mounts is where the program looks.
func TestToken(t *testing.T) {
	set := of[*apps.StatefulSet](t, all(t))[0]
	patch := of[*apps.StatefulSet](t, read(t, "token/statefulset.yaml"))[0]
	c := patch.Spec.Template.Spec.Containers[0]
	if patch.Name != set.Name || c.Name != set.Spec.Template.Spec.Containers[0].Name {
		t.Errorf("%s, container %s is not there", patch.Name, c.Name)
	}
	v := patch.Spec.Template.Spec.Volumes[0]
	if c.Env[0].Name != "SPOOR_HTTP_TOKEN_FILE" || c.Env[0].Value != c.VolumeMounts[0].MountPath+"/token" || c.VolumeMounts[0].Name != v.Name {
		t.Errorf("%+v %+v %+v", c.Env, c.VolumeMounts, v)
	}
	var k struct {
		APIVersion, Kind, Namespace string
		Resources                   []string
		SecretGenerator             []struct {
			Name  string
			Files []string
		}
		Patches []struct{ Path string }
	}
	text, err := os.ReadFile(filepath.Join(folder, "token/kustomization.yaml"))
	if err == nil {
		err = yaml.UnmarshalStrict(text, &k)
	}
	if err != nil || k.SecretGenerator[0].Name != v.Secret.SecretName || !slices.Equal(k.SecretGenerator[0].Files, []string{"token"}) ||
		k.Patches[0].Path != "statefulset.yaml" || !slices.Equal(k.Resources, []string{".."}) {
		t.Errorf("%v %+v", err, k)
	}
}

// TestRestricted: the pod keeps to the Pod Security Standard that the namespace demands.
func TestRestricted(t *testing.T) {
	list := all(t)
	if of[*core.Namespace](t, list)[0].Labels["pod-security.kubernetes.io/enforce"] != "restricted" {
		t.Error("the namespace demands less")
	}
	pod := of[*apps.StatefulSet](t, list)[0].Spec.Template.Spec
	s, c := pod.SecurityContext, pod.Containers[0].SecurityContext
	if s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.SeccompProfile == nil || s.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault ||
		c.AllowPrivilegeEscalation == nil || *c.AllowPrivilegeEscalation || !slices.Equal(c.Capabilities.Drop, []core.Capability{"ALL"}) || len(c.Capabilities.Add) > 0 {
		t.Errorf("%+v %+v", s, c)
	}
	if c.ReadOnlyRootFilesystem == nil || !*c.ReadOnlyRootFilesystem || pod.HostNetwork || pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
		t.Error("it may do more than it needs")
	}
	// Variables of a service that is called spoor would be taken for settings.
	if pod.EnableServiceLinks == nil || *pod.EnableServiceLinks {
		t.Error("services are told by the environment")
	}
}

// TestStrict: the tests above would notice a slip.
func TestStrict(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(folder, "statefulset.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	scheme := runtime.NewScheme()
	if err := apps.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	slip := strings.Replace(string(text), "livenessProbe", "livenesProbe", 1)
	if _, _, err := decoder.Decode([]byte(slip), nil, nil); err == nil || !strings.Contains(err.Error(), "livenesProbe") {
		t.Errorf("%v", err)
	}
}
