using Tidemark.BicepCheck.Checks;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Planning;

/// <summary>What a template deploys with given parameters: every resource of it and of its modules, conditions and loops resolved.</summary>
internal sealed class Plan
{
    private Plan(List<PlannedResource> resources, IReadOnlyDictionary<string, object?> outputs) => (All, Outputs) = (resources, outputs);

    /// <summary>Those that are only named, too.</summary>
    public IReadOnlyList<PlannedResource> All { get; }

    public IReadOnlyDictionary<string, object?> Outputs { get; }

    public IEnumerable<PlannedResource> Resources => All.Where(r => !r.Existing);

    public IEnumerable<PlannedResource> Of(string type) => Resources.Where(r => r.Is(type));

    /// <param name="path">A parameter file, or a template whose parameters all have defaults or are in <paramref name="parameters"/>.</param>
    /// <returns>Null where the file, or the template that it uses, can't be read; their own checks say why.</returns>
    public static Plan? Of(Templates files, string path, IReadOnlyDictionary<string, object?>? parameters = null)
    {
        if (files.Find(path) is not { } template) return null;
        List<PlannedResource> resources = [];
        if (template.Declarations.FirstOrDefault(d => d.Kind == DeclarationKind.Using) is { } @using)
        {
            var given = new PlannedFile(files, template, new Dictionary<string, object?>(), []);
            parameters = template.Parameters.ToDictionary(p => p.Name, p => given.Symbol(p.Name));
            template = files.Find(template.Beside(@using.Reference));
            if (template is null) return null;
        }

        var planned = new PlannedFile(files, template, parameters ?? new Dictionary<string, object?>(), resources);
        planned.Deploy();
        return new(resources, planned.Outputs);
    }
}
