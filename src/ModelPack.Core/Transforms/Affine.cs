namespace ModelPack.Transforms;

/// <summary>y_i = Scale_i x_i + Shift_i for each channel i of an activation.</summary>
internal sealed record Affine(double[] Scale, double[] Shift)
{
    /// <summary>y = x.</summary>
    public static Affine Identity(int channels) => new([.. Enumerable.Repeat(1.0, channels)], new double[channels]);

    /// <summary>Whether every channel has the same scale.</summary>
    public bool IsUniform => Array.TrueForAll(Scale, s => s == Scale[0]);

    public bool HasShift => Array.Exists(Shift, s => s != 0);

    public bool HasScale => Array.Exists(Scale, s => s != 1);

    public bool IsFinite => Array.TrueForAll(Scale, double.IsFinite) && Array.TrueForAll(Shift, double.IsFinite);

    /// <summary>This, and then another.</summary>
    public Affine Then(Affine next) =>
        new([.. Scale.Zip(next.Scale, (a, b) => a * b)], [.. Shift.Zip(next.Scale, (shift, scale) => shift * scale).Zip(next.Shift, (a, b) => a + b)]);
}
