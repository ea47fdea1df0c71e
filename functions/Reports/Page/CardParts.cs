using System.Text;
using Tidemark.Platform.Pages;

namespace Tidemark.Reports.Page;

/// <summary>The part of the page about what the model is.</summary>
internal static class CardParts
{
    public static string Write(ModelReport report)
    {
        if (report.Card is not { } card)
            return "<p class=\"note\">The registry does not know this version any more.</p>";
        var html = new StringBuilder();
        if (card.Description is { Length: > 0 } description)
            html.Append($"<p>{PageTemplate.Html(description)}</p>");
        html.Append("<div class=\"facts\"><dl>");
        Fact(html, "Version", $"{report.Model}, {report.Version}");
        Fact(html, "Registered", $"{Figures.Minute(card.Created)} UTC by {card.CreatedBy}");
        Fact(html, "File", $"{Figures.Count(card.Size)} bytes, SHA-256 {card.Sha256[..Math.Min(16, card.Sha256.Length)]}…");
        Fact(html, "Operators", string.Join(", ", card.Opset.Select(o => $"{o.Key} {o.Value}")));
        if (card.ClassLabels is { Count: > 0 } classes)
            Fact(html, "Classes", string.Join(", ", classes));
        html.Append("</dl>");
        List(html, "Metrics of training", card.Metrics.Select(m => (m.Key, Figures.Number(m.Value))));
        List(html, "Lineage", card.Lineage.Select(l => (l.Key, l.Value)));
        List(html, "Tags", card.Tags.Select(t => (t.Key, t.Value)));
        html.Append("</div><details><summary>Inputs and outputs</summary><div class=\"scroll\"><table><thead><tr><th></th><th>Name</th><th>Type</th><th>Shape</th></tr></thead><tbody>");
        foreach ((string side, TensorFacts tensor) in card.Inputs.Select(t => ("in", t)).Concat(card.Outputs.Select(t => ("out", t))))
            html.Append($"<tr><td>{side}</td><th scope=\"row\">{PageTemplate.Html(tensor.Name)}</th><td>{PageTemplate.Html(tensor.Datatype)}</td><td>{PageTemplate.Html(tensor.Shape)}</td></tr>");
        return html.Append("</tbody></table></div></details>").ToString();
    }

    private static void List(StringBuilder html, string title, IEnumerable<(string Key, string Value)> facts)
    {
        (string Key, string Value)[] all = [.. facts];
        if (all.Length == 0)
            return;
        html.Append($"<dl><h4>{title}</h4>");
        foreach ((string key, string value) in all)
            Fact(html, key, value);
        html.Append("</dl>");
    }

    private static void Fact(StringBuilder html, string name, string value) => html.Append($"<dt>{PageTemplate.Html(name)}</dt><dd>{PageTemplate.Html(value)}</dd>");
}
