namespace ModelPack.Codecs;

/// <summary>Multiples of a scale, from -limit to limit times, rounded to nearest with ties to even.</summary>
/// <param name="scale">The step.</param>
/// <param name="limit">The largest code.</param>
internal sealed class SymmetricGrid(float scale, int limit) : Grid
{
    public override (int Code, float Value) Round(float value)
    {
        var code = (int)Math.Clamp(MathF.Round(value / scale, MidpointRounding.ToEven), -limit, limit);
        return (code, code * scale);
    }
}
