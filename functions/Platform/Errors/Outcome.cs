using System.Diagnostics.CodeAnalysis;

namespace Tidemark.Platform.Errors;

/// <summary>A value or the <see cref="Errors.Failure"/> that prevented it. Exceptions are left for bugs and exhausted infrastructure.</summary>
public readonly struct Outcome<T>
{
    private Outcome(T? value, Failure? failure) => (Value, Failure) = (value, failure);

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Ok => Failure is null;

    public T? Value { get; }

    public Failure? Failure { get; }

    /// <summary>The failure as an outcome of another type; only for an outcome that is not <see cref="Ok"/>.</summary>
    public Outcome<TOther> As<TOther>() => Failure ?? throw new InvalidOperationException("A value has no failure to pass on.");

    public Outcome<TOther> Map<TOther>(Func<T, TOther> map) => Ok ? map(Value) : Failure;

    public Outcome<TOther> Then<TOther>(Func<T, Outcome<TOther>> next) => Ok ? next(Value) : Failure;

    public async Task<Outcome<TOther>> ThenAsync<TOther>(Func<T, Task<Outcome<TOther>>> next) => Ok ? await next(Value) : Failure;

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Failure failure) => new(default, failure);
}
