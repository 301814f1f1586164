// Applies, compares, waits for and deletes objects by the code of Flux's kustomize-controller.
//
//	flux KUBECONFIG apply|diff|wait|prune < objects.json
//
// Prints {"changes": {"Kind/namespace/name": "created"}, "error": "..."}. wait ends as soon as an object has failed, as
// the controller does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling"
	"github.com/fluxcd/pkg/ssa"
	ssautil "github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

const timeout = 90 * time.Second

type answer struct {
	Changes map[string]string `json:"changes"`
	Error   string            `json:"error,omitempty"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: flux KUBECONFIG apply|diff|wait|prune"))
	}
	manager, err := newManager(os.Args[1])
	if err != nil {
		fail(err)
	}
	objects, err := ssautil.ReadObjects(os.Stdin)
	if err != nil {
		fail(err)
	}
	result := answer{Changes: map[string]string{}}
	if err := run(manager, os.Args[2], objects, result.Changes); err != nil {
		result.Error = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fail(err)
	}
}

func run(manager *ssa.ResourceManager, verb string, objects []*unstructured.Unstructured, changes map[string]string) error {
	ctx := context.Background()
	wait := ssa.WaitOptions{Interval: 200 * time.Millisecond, Timeout: timeout, FailFast: true}
	switch verb {
	case "apply":
		set, err := manager.ApplyAllStaged(ctx, objects, ssa.DefaultApplyOptions())
		note(set, changes)
		return err
	case "diff":
		for _, one := range objects {
			entry, _, _, err := manager.Diff(ctx, one, ssa.DefaultDiffOptions())
			if err != nil {
				return err
			}
			changes[entry.Subject] = string(entry.Action)
		}
		return nil
	case "wait":
		return manager.Wait(objects, wait)
	case "prune":
		set, err := manager.DeleteAll(ctx, objects, ssa.DefaultDeleteOptions())
		note(set, changes)
		if err != nil {
			return err
		}
		return manager.WaitForTermination(objects, wait)
	}
	return fmt.Errorf("%s is no verb", verb)
}

func note(set *ssa.ChangeSet, changes map[string]string) {
	if set == nil {
		return
	}
	for _, entry := range set.Entries {
		changes[entry.Subject] = string(entry.Action)
	}
}

func newManager(kubeconfig string) (*ssa.ResourceManager, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	http, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	mapper, err := apiutil.NewDynamicRESTMapper(config, http)
	if err != nil {
		return nil, err
	}
	cluster, err := client.New(config, client.Options{Mapper: mapper})
	if err != nil {
		return nil, err
	}
	poller := polling.NewStatusPoller(cluster, mapper, polling.Options{})
	owner := ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"}
	return ssa.NewResourceManager(cluster, poller, owner), nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
