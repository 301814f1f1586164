// gitops judges objects as the tools of GitOps do, by their own code.
//
// It reads one JSON document from its standard input, {"objects": [...], "scripts": {kind: {"health": lua,
// "discovery": lua, "actions": {name: lua}}}, "workflows": {kind: {"successCondition": selector, "failureCondition":
// selector}}}, and writes one JSON document: for each object what kstatus says (Flux, Helm 4, kapp), what the health
// script says and which actions the discovery script offers, for each action the object that it makes, and what a
// resource template of Argo Workflows with these conditions does. The scripts run in gopher-lua, the interpreter of
// Argo CD, with the libraries that Argo CD opens for them and its time limit of one second.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/tidwall/gjson"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	luajson "layeh.com/gopher-json"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type scripts struct {
	Health    string            `json:"health"`
	Discovery string            `json:"discovery"`
	Actions   map[string]string `json:"actions"`
}

type question struct {
	Objects   []unstructured.Unstructured `json:"objects"`
	Scripts   map[string]scripts          `json:"scripts"`
	Workflows map[string]conditions       `json:"workflows"`
}

type conditions struct {
	Success string `json:"successCondition"`
	Failure string `json:"failureCondition"`
}

type verdict struct {
	Kstatus        string         `json:"kstatus"`
	KstatusMessage string         `json:"kstatusMessage"`
	Health         map[string]any `json:"health"`
	Actions        map[string]any `json:"actions"`
	// Results has the object after each action.
	Results map[string]any `json:"results"`
	// Workflow is what a step that waits for the object does: it has succeeded, failed, or is waiting. Empty: no
	// conditions were given for the kind.
	Workflow string `json:"workflow"`
}

func main() {
	verdicts, err := judge()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(verdicts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gitops:", err)
		os.Exit(1)
	}
}

func judge() ([]verdict, error) {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return nil, err
	}
	verdicts := []verdict{}
	for _, object := range asked.Objects {
		one, err := judgeOne(object, asked)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		verdicts = append(verdicts, one)
	}
	return verdicts, nil
}

func judgeOne(given unstructured.Unstructured, asked question) (verdict, error) {
	result, err := status.Compute(&given)
	if err != nil {
		return verdict{}, err
	}
	// Lua's numbers are floats: as Argo CD does, the object goes through JSON once more.
	encoded, err := json.Marshal(given.Object)
	if err != nil {
		return verdict{}, err
	}
	var object map[string]any
	if err := json.Unmarshal(encoded, &object); err != nil {
		return verdict{}, err
	}
	ours, known := asked.Scripts[given.GetKind()]
	if !known {
		return verdict{}, fmt.Errorf("no scripts for this kind")
	}
	one := verdict{Kstatus: string(result.Status), KstatusMessage: result.Message, Results: map[string]any{}}
	if one.Health, err = run(ours.Health, object); err != nil {
		return verdict{}, fmt.Errorf("health: %w", err)
	}
	if one.Actions, err = run(ours.Discovery, object); err != nil {
		return verdict{}, fmt.Errorf("discovery: %w", err)
	}
	for name, script := range ours.Actions {
		if one.Results[name], err = run(script, object); err != nil {
			return verdict{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	if waits, known := asked.Workflows[given.GetKind()]; known {
		if one.Workflow, err = step(encoded, waits); err != nil {
			return verdict{}, err
		}
	}
	return one, nil
}

// fields lets a label selector match the fields of an object, by the paths of gjson.
type fields []byte

func (object fields) Has(path string) bool {
	return gjson.GetBytes(object, path).Exists()
}

func (object fields) Get(path string) string {
	return gjson.GetBytes(object, path).String()
}

func (object fields) Lookup(path string) (string, bool) {
	return object.Get(path), object.Has(path)
}

// step says what a resource template of Argo Workflows does: it fails as soon as one requirement of the failure condition
// matches, and succeeds when all of the success condition do. Source: workflow/executor/resource.go (matchConditions) of
// argoproj/argo-workflows.
func step(object fields, waits conditions) (string, error) {
	failure, err := labels.ParseToRequirements(waits.Failure)
	if err != nil {
		return "", fmt.Errorf("failureCondition: %w", err)
	}
	success, err := labels.ParseToRequirements(waits.Success)
	if err != nil {
		return "", fmt.Errorf("successCondition: %w", err)
	}
	for _, requirement := range failure {
		if requirement.Matches(object) {
			return "failed", nil
		}
	}
	for _, requirement := range success {
		if !requirement.Matches(object) {
			return "waiting", nil
		}
	}
	return "succeeded", nil
}

// run gives the table that the script returns for the object in its global obj.
func run(script string, object map[string]any) (map[string]any, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	openAsArgoCD(state)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(ctx)
	state.SetGlobal("obj", luajson.DecodeValue(state, object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	table, is := state.Get(-1).(*lua.LTable)
	if !is {
		return nil, fmt.Errorf("the script returned no table")
	}
	encoded, err := luajson.Encode(table)
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	return answer, json.Unmarshal(encoded, &answer)
}

// openAsArgoCD opens what Argo CD opens for the scripts of a user, and no more: the libraries package, base and table,
// and a module "os" of date and time that a script has to require. There is no global os, no string and no math.
// Argo CD registers date and time under the name "table" too. Source: util/lua/lua.go (runLua) and
// util/lua/oslib_safe.go of argoproj/argo-cd.
func openAsArgoCD(state *lua.LState) {
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
	} {
		state.Push(state.NewFunction(library.open))
		state.Push(lua.LString(library.name))
		state.Call(1, 0)
	}
	safe := safeOs()
	state.RegisterModule(lua.TabLibName, safe)
	state.PreloadModule(lua.OsLibName, func(state *lua.LState) int {
		state.Push(state.SetFuncs(state.NewTable(), safe))
		return 1
	})
}

// safeOs takes date and time from gopher-lua's own os library, from which Argo CD has copied them.
func safeOs() map[string]lua.LGFunction {
	whole := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer whole.Close()
	lua.OpenOs(whole)
	library := whole.GetGlobal(lua.OsLibName)
	functions := map[string]lua.LGFunction{}
	for _, name := range []string{"date", "time"} {
		functions[name] = whole.GetField(library, name).(*lua.LFunction).GFunction
	}
	return functions
}
