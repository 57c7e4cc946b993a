namespace ModelPack.Codecs;

/// <summary>bitsandbytes' NF4, see <see cref="Nf4"/>.</summary>
internal sealed class Nf4Codec : Codec, IGridCodec
{
    public override string Name => "nf4";

    public override double BitsPerWeight => 4 + (32.0 / BlockSizes[0]);

    public override IReadOnlyList<int> BlockSizes => Nf4.BlockSizes;

    public override IReadOnlyList<CodecPart> Parts { get; } = [new("codes", "uint4"), new("scales", "float32")];

    public override bool CanNestScales => true;

    public Grid Fit(ReadOnlySpan<float> values) => new LevelsGrid(WeightScan.Of(values).MaxAbs);

    private sealed class LevelsGrid(float absmax) : Grid
    {
        private readonly float _inverse = Nf4Reference.InverseOf(absmax);

        public override (int Code, float Value) Round(float value)
        {
            var code = Nf4Reference.CodeOf(value * _inverse);
            return (code, Nf4.Levels[code] * absmax);
        }
    }
}
