// crd-cost prints what the API server charges for the CEL rules of custom resource definitions.
//
// It reads the files named by its arguments and writes one JSON document: for each definition its total, its limits
// and every rule with its own cost, in the API server's units. The numbers are those of the validation that an API
// server of this module's Kubernetes release runs when the definition is created.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"sigs.k8s.io/yaml"
)

// DefinitionCost is one version of one definition.
type DefinitionCost struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Total is the sum over the rules; TotalLimit is where the API server refuses the definition.
	Total      uint64 `json:"total"`
	TotalLimit uint64 `json:"totalLimit"`
	// RuleLimit is where the API server refuses one rule.
	RuleLimit uint64     `json:"ruleLimit"`
	Rules     []RuleCost `json:"rules"`
}

// RuleCost is one rule: its estimated cost times how often it can run in one object.
type RuleCost struct {
	Path string `json:"path"`
	Rule string `json:"rule"`
	Cost uint64 `json:"cost"`
}

func main() {
	costs := []DefinitionCost{}
	for _, file := range os.Args[1:] {
		found, err := costsOfFile(file)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(1)
		}
		costs = append(costs, found...)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(costs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func costsOfFile(file string) ([]DefinitionCost, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &definition); err != nil {
		return nil, err
	}
	costs := []DefinitionCost{}
	for _, version := range definition.Spec.Versions {
		if version.Schema == nil || version.Schema.OpenAPIV3Schema == nil {
			return nil, fmt.Errorf("version %s has no schema", version.Name)
		}
		var schema apiextensions.JSONSchemaProps
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &schema, nil); err != nil {
			return nil, err
		}
		rules, err := rulesBelow("", &schema, validation.RootCELContext(&schema))
		if err != nil {
			return nil, err
		}
		sort.SliceStable(rules, func(i, j int) bool { return rules[i].Cost > rules[j].Cost })
		total := uint64(0)
		for _, rule := range rules {
			total += rule.Cost
		}
		costs = append(costs, DefinitionCost{
			Name:       definition.Name,
			Version:    version.Name,
			Total:      total,
			TotalLimit: validation.StaticEstimatedCRDCostLimit,
			RuleLimit:  validation.StaticEstimatedCostLimit,
			Rules:      rules,
		})
	}
	return costs, nil
}

// rulesBelow returns the rules of a schema and of everything in it. Paths are those of objects: .spec.tags[*].
func rulesBelow(path string, schema *apiextensions.JSONSchemaProps, context *validation.CELSchemaContext) ([]RuleCost, error) {
	rules, err := rulesAt(path, schema, context)
	if err != nil {
		return nil, err
	}
	add := func(childPath string, child *apiextensions.JSONSchemaProps, childContext *validation.CELSchemaContext) error {
		found, err := rulesBelow(childPath, child, childContext)
		rules = append(rules, found...)
		return err
	}
	names := make([]string, 0, len(schema.Properties))
	for name := range schema.Properties {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		property := schema.Properties[name]
		if err := add(path+"."+name, &property, context.ChildPropertyContext(&property, name)); err != nil {
			return nil, err
		}
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		values := schema.AdditionalProperties.Schema
		if err := add(path+"[*]", values, context.ChildAdditionalPropertiesContext(values)); err != nil {
			return nil, err
		}
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		items := schema.Items.Schema
		if err := add(path+"[]", items, context.ChildItemsContext(items)); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

func rulesAt(path string, schema *apiextensions.JSONSchemaProps, context *validation.CELSchemaContext) ([]RuleCost, error) {
	if len(schema.XValidations) == 0 {
		return nil, nil
	}
	info, err := context.TypeInfo()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if info == nil {
		return nil, fmt.Errorf("%s: the API server has no CEL type for this field", path)
	}
	base := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	compiled, err := cel.Compile(info.Schema, info.DeclType, celconfig.PerCallLimit, base, cel.NewExpressionsEnvLoader())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	rules := make([]RuleCost, 0, len(compiled))
	for i, result := range compiled {
		rule := schema.XValidations[i].Rule
		if result.Error != nil {
			return nil, fmt.Errorf("%s: %s: %s", path, rule, result.Error.Detail)
		}
		if result.MessageExpression != nil || result.MessageExpressionError != nil {
			return nil, fmt.Errorf("%s: %s: its messageExpression costs too, and is not counted here", path, rule)
		}
		times := result.MaxCardinality
		if context.MaxCardinality != nil {
			times = *context.MaxCardinality
		}
		if times != 0 && result.MaxCost > (1<<63)/times {
			return nil, fmt.Errorf("%s: %s: unbounded: give the list or map around it a maximum", path, rule)
		}
		rules = append(rules, RuleCost{Path: path, Rule: rule, Cost: result.MaxCost * times})
	}
	return rules, nil
}
