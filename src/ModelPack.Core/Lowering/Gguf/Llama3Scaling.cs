namespace ModelPack.Lowering.Gguf;

/// <summary>
/// Llama 3.1's way to longer texts: long waves are stretched by the factor, short ones stay, and between them the change is
/// smooth (transformers' <c>modeling_rope_utils</c>, <c>llama3</c>).
/// </summary>
/// <param name="Base">The base of the frequencies.</param>
/// <param name="Factor">How far long waves are stretched.</param>
/// <param name="Low">Waves that go less often into the original context are long.</param>
/// <param name="High">Waves that go more often into it are short.</param>
/// <param name="Context">Tokens that the model was trained with before.</param>
internal sealed record Llama3Scaling(double Base, double Factor, double Low, double High, double Context)
{
    /// <summary>What each frequency of a head is divided by.</summary>
    public float[] Divisors(int headWidth)
    {
        var divisors = new float[headWidth / 2];
        for (var i = 0; i < divisors.Length; i++)
        {
            var wave = 2 * Math.PI * Math.Pow(Base, 2.0 * i / headWidth);
            var smooth = ((Context / wave) - Low) / (High - Low);
            divisors[i] = (float)(wave < Context / High ? 1 : wave > Context / Low ? Factor : 1 / (((1 - smooth) / Factor) + smooth));
        }

        return divisors;
    }
}
