using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>Every name that is used is declared, every function and decorator exists, and what is declared is used.</summary>
internal sealed class NameCheck(Template template, Findings findings, MemberCheck members)
{
    private static readonly HashSet<string> Functions =
    [
        .. """
        any array base64 base64ToJson base64ToString bool buildUri cidrHost cidrSubnet coalesce concat contains createArray createObject dataUri dataUriToString
        dateTimeAdd dateTimeFromEpoch dateTimeToEpoch deployer deployment empty endsWith environment extensionResourceId externalInput fail filter first flatten
        format getSecret groupBy guid indexOf int intersection items join json last lastIndexOf length list listKeys listAccountSas listServiceSas listSecrets
        loadDirectoryFileInfo loadFileAsBase64 loadJsonContent loadTextContent loadYamlContent managementGroup managementGroupResourceId map mapValues max min
        newGuid nameof objectKeys padLeft parseCidr parseUri pickZones providers range readEnvironmentVariable reduce reference replace resourceGroup resourceId
        shallowMerge skip sort split startsWith string subscription subscriptionResourceId substring take tenant tenantResourceId toLogicalZone toLogicalZones
        toLower toObject toPhysicalZone toPhysicalZones toUpper trim tryGet tryIndexFromEnd union uniqueString uri uriComponent uriComponentToString utcNow
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
    ];

    private static readonly HashSet<string> Decorators =
        ["description", "secure", "allowed", "minLength", "maxLength", "minValue", "maxValue", "metadata", "export", "sealed", "discriminator", "batchSize", "onlyIfNotExists", "waitUntil", "retryOn"];

    private static readonly HashSet<string> Types = ["string", "int", "bool", "object", "array", "any"];

    private readonly HashSet<string> used = [];

    public void Run()
    {
        foreach (var repeated in template.Repeated) findings.Error("duplicate", repeated.At, $"'{repeated.Name}' is declared twice");
        foreach (var declaration in template.Declarations) Visit(declaration);
        foreach (var declaration in template.Symbols.Values.Where(d => !used.Contains(d.Name) && d.Decorator("export") is null))
        {
            if (declaration.Kind is DeclarationKind.Parameter or DeclarationKind.Variable or DeclarationKind.Function or DeclarationKind.Type || declaration.Existing)
                findings.Warning("unused", declaration.At, $"'{declaration.Name}' is never used");
        }
    }

    private void Visit(Declaration declaration)
    {
        foreach (var decorator in declaration.Decorators)
        {
            if (decorator.Of is not (null or NameNode { Name: "sys" }) || !Decorators.Contains(decorator.Name))
                findings.Error("decorator", decorator.At, $"no decorator '{decorator.Name}'{Spelling.Near(decorator.Name, Decorators)}");
            foreach (var argument in decorator.Arguments) Visit(argument, []);
        }

        if (declaration.Type is { } type) Visit(type);
        foreach (var (_, parameterType) in declaration.Parameters) Visit(parameterType);
        if (declaration.Value is { } value && declaration.Kind != DeclarationKind.TargetScope) Visit(value, [.. declaration.Parameters.Select(p => p.Name)]);
    }

    private void Visit(TypeNode type)
    {
        if (type.Kind == TypeKind.Name && !Types.Contains(type.Name))
        {
            used.Add(type.Name);
            if (!template.Symbols.ContainsKey(type.Name)) findings.Error("name", type.At, $"no type '{type.Name}'{Spelling.Near(type.Name, [.. Types, .. template.Symbols.Keys])}");
        }

        foreach (var part in type.Of) Visit(part);
        foreach (var (_, part) in type.Properties) Visit(part);
    }

    private void Visit(Node node, HashSet<string> locals)
    {
        switch (node)
        {
            case NameNode name:
                used.Add(name.Name);
                if (!locals.Contains(name.Name) && !template.Symbols.ContainsKey(name.Name) && name.Name is not ("sys" or "az"))
                    findings.Error("name", name.At, $"'{name.Name}' is not declared{Spelling.Near(name.Name, [.. template.Symbols.Keys, .. locals])}");
                break;
            case NestedNode nested:
                used.Add(nested.Name);
                if (!template.Symbols.ContainsKey(nested.Name)) findings.Error("name", nested.At, $"no resource '{nested.Name}' is declared within another");
                Visit(nested.Of, locals);
                break;
            case MemberNode member:
                Visit(member.Of, locals);
                members.Check(member, locals);
                break;
            case CallNode call:
                Visit(call, locals);
                break;
            case LambdaNode lambda:
                Visit(lambda.Body, [.. locals, .. lambda.Arguments]);
                break;
            case LoopNode loop:
                Visit(loop.In, locals);
                Visit(loop.Body, [.. locals, .. loop.Variables]);
                break;
            case ObjectNode body:
                foreach (var resource in body.Resources) Visit(resource);
                VisitAll(Children(node), locals);
                break;
            default:
                VisitAll(Children(node), locals);
                break;
        }
    }

    private void VisitAll(IEnumerable<Node> nodes, HashSet<string> locals)
    {
        foreach (var node in nodes) Visit(node, locals);
    }

    private void Visit(CallNode call, HashSet<string> locals)
    {
        if (call.Name is "getSecret" || call.Name.Length > 4 && call.Name.StartsWith("list", StringComparison.Ordinal) && char.IsUpper(call.Name[4]))
            findings.Error("secret", call.At, $"'{call.Name}' gives out a key, which would lie in the deployment's history; use an identity with a role");
        if (call.Of is not null) Visit(call.Of, locals);
        else if (template.Symbols.TryGetValue(call.Name, out var own) && own.Kind is DeclarationKind.Function or DeclarationKind.Import) used.Add(call.Name);
        else if (!Functions.Contains(call.Name)) findings.Error("function", call.At, $"no function '{call.Name}'{Spelling.Near(call.Name, Functions)}");
        VisitAll(call.Arguments, locals);
    }

    private static IEnumerable<Node> Children(Node node) => node switch
    {
        TextNode text => text.Holes,
        IndexNode index => [index.Of, index.Key],
        UnaryNode unary => [unary.Operand],
        BinaryNode binary => [binary.Left, binary.Right],
        ChoiceNode choice => [choice.If, choice.Then, choice.Else],
        IfNode condition => [condition.If, condition.Body],
        SpreadNode spread => [spread.Value],
        ArrayNode array => array.Items,
        ObjectNode body => [.. body.Properties.SelectMany(p => p.Computed is null ? (Node[])[p.Value] : [p.Computed, p.Value]), .. body.Spreads],
        _ => [],
    };
}
