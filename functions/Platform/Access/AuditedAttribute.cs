namespace Tidemark.Platform.Access;

/// <summary>Each call of the HTTP function is one row of the audit trail, written before the function runs; it does not run when the row can't be written.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AuditedAttribute : Attribute;
