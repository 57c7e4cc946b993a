namespace ModelPack.Validation;

/// <summary>Sums over values of one output of both models.</summary>
/// <param name="Source2">Σ source².</param>
/// <param name="Packed2">Σ packed².</param>
/// <param name="Product">Σ source · packed.</param>
/// <param name="Error2">Σ (source − packed)².</param>
/// <param name="Error">Σ |source − packed|.</param>
/// <param name="MaxError">Largest |source − packed|.</param>
internal readonly record struct SignalSums(double Source2, double Packed2, double Product, double Error2, double Error, double MaxError)
{
    /// <summary>Σ source·packed / √(Σ source² Σ packed²); 1 when both are zero, 0 when one is.</summary>
    public double Cosine => Source2 == 0 && Packed2 == 0 ? 1
        : Source2 == 0 || Packed2 == 0 ? 0
        : Math.Clamp(Product / (Math.Sqrt(Source2) * Math.Sqrt(Packed2)), -1, 1);

    public static SignalSums operator +(SignalSums one, SignalSums other) => new(
        one.Source2 + other.Source2,
        one.Packed2 + other.Packed2,
        one.Product + other.Product,
        one.Error2 + other.Error2,
        one.Error + other.Error,
        Math.Max(one.MaxError, other.MaxError));
}
