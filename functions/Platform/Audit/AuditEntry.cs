namespace Tidemark.Platform.Audit;

/// <summary>Who wants what.</summary>
/// <param name="Actor">The caller by name, or the part of the suite that acts by itself.</param>
/// <param name="Action">The function, or what is done, e.g. <c>PutAlias</c>.</param>
/// <param name="Subject">What it is done to, e.g. method and path of the request.</param>
/// <param name="Decision"><c>allowed</c>, or <c>refused: …</c>. The row is written before the action: what came of it stands with its subject.</param>
/// <param name="Correlation">Invocation id, as the logs name it.</param>
public sealed record AuditEntry(string Actor, string Action, string Subject, string Decision, string Correlation);
