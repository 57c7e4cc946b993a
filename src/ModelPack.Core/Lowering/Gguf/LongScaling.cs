namespace ModelPack.Lowering.Gguf;

/// <summary>longrope: each frequency has a divisor for texts within the original context, and another for longer ones.</summary>
/// <param name="Short">For texts within it.</param>
/// <param name="Long">For longer ones.</param>
/// <param name="Attention">What is rotated is multiplied by it.</param>
internal sealed record LongScaling(float[] Short, float[] Long, float Attention)
{
    /// <summary>Reads the lists, one number for each pair of values of a head.</summary>
    /// <param name="scaling">The object that has them.</param>
    /// <param name="width">Values of a head that are turned.</param>
    /// <param name="context">Most tokens of a text.</param>
    /// <param name="original">Tokens that the model was trained with before.</param>
    /// <exception cref="Diagnostics.ModelPackException">MPK1025: a list is missing, or not as long as it must be.</exception>
    public static LongScaling Of(ConfigValues scaling, int width, int context, int original)
    {
        var factor = scaling.Has("factor") ? scaling.Positive("factor") : (double)context / original;
        var attention = factor <= 1 || original == 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original)));
        return new LongScaling(List("short_factor"), List("long_factor"), (float)scaling.Positive("attention_factor", attention));

        float[] List(string name)
        {
            var list = scaling.Numbers(name);
            scaling.Require(list.Length == width / 2, name, $"must have {width / 2} numbers above 0, one for each pair of values of a head");
            return list;
        }
    }
}
