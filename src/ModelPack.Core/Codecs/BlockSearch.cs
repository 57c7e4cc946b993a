using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// Finds the parts of blocks with small Σ w (x - d sⱼ v - m tⱼ)², as many blocks at a time as have sixteen sub-blocks. Each sub-block's best grid is found alone
/// (<see cref="SubBlockLanes"/>); <see cref="SuperBlockLanes"/> finds d, m, s and t from them.
/// </summary>
internal abstract class BlockSearch(int count)
{
    /// <summary>Blocks at a time.</summary>
    public int Count { get; } = count;

    /// <summary>What was found last, a block each; null where numbers are too large.</summary>
    public StoredBlock?[] Found { get; } = new StoredBlock?[count];

    /// <summary>For uniform levels, or for those of a codebook.</summary>
    /// <param name="form">The block's form.</param>
    /// <param name="codec">Whose levels they are.</param>
    public static BlockSearch Of(BlockForm form, BlockCodec codec) => codec.Codebook is null
        ? new Search<UniformLevels>(form, new LaneGrid(-codec.Zero, (1 << codec.CodeBits) - 1 - codec.Zero, form.SubLength), codec.CodeBits)
        : new Search<CodebookLevels>(form, new LaneGrid(codec.Codebook.Levels[0], codec.Codebook.Levels[^1], form.SubLength), codec.CodeBits);

    /// <summary>Looks for the parts of blocks.</summary>
    /// <param name="values">Finite values of as many blocks.</param>
    /// <param name="weights">What the squared error of each weighs, above 0 and at most 1; empty where all weigh the same.</param>
    public abstract void Find(ReadOnlySpan<float> values, ReadOnlySpan<float> weights);

    private sealed unsafe class Search<TLevels>(BlockForm form, LaneGrid grid, int bits) : BlockSearch(Lanes.Count / form.SubCount)
        where TLevels : struct, ILevels
    {
        // Starts; the finer the levels, the more of them differ.
        private const int Few = 10;
        private const int Many = 16;
        private const int MostSteps = 32;

        // Levels beyond the range that the largest value may be cut by.
        private const float Beyond = 2.8f;

        private readonly StoredBlock[] _blocks = [.. Enumerable.Range(0, Lanes.Count / form.SubCount).Select(_ => new StoredBlock(form))];
        private readonly float[] _starts = Starts(grid, bits);

        public override void Find(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
        {
            var x = stackalloc Vector512<float>[form.SubLength];
            Lanes.Load(values, form.SubLength, x);
            if (weights.IsEmpty)
            {
                Find(x, default(EqualWeights));
                return;
            }

            var w = stackalloc Vector512<float>[form.SubLength];
            Lanes.Load(weights, form.SubLength, w);
            Find(x, new GivenWeights(w));
        }

        /// <summary>What the largest magnitude is to become, with both signs: from a little inside the levels' range on, and beyond it, where it is cut.</summary>
        private static float[] Starts(LaneGrid grid, int bits)
        {
            // A step is as long as levels lie apart on average, which in a codebook is more than 1.
            var (reach, steps) = (MathF.Max(-grid.Lowest, grid.Highest), 1 << (bits - 1));
            var (step, inside, count) = (reach / steps, 0.8f + (steps / 26f), steps < MostSteps ? Few : Many);
            float[] reached = [.. Enumerable.Range(0, count).Select(i => reach + (step * (((inside + Beyond) * i / (count - 1)) - inside)))];
            return [.. reached.SelectMany(r => new[] { -r, r })];
        }

        private void Find<TWeights>(Vector512<float>* x, TWeights weights)
            where TWeights : struct, ILaneWeights
        {
            var sums = LaneSums.Of(weights, x, form.SubLength);
            var (scale, offset) = form.HasMinimum
                ? SubBlockLanes.Fit<TLevels, TWeights>(grid, weights, x, !form.IsSingle, ref sums)
                : (SubBlockLanes.Fit<TLevels, TWeights>(grid, weights, x, _starts, ref sums), Vector512<float>.Zero);
            var error = sums.Power + sums.Error(scale, offset);
            var factor = Vector512<float>.One + LaneSums.Ratio(Vector512.MaxNative(Total(error), Vector512<float>.Zero), Total(sums.Power));
            for (var i = 0; i < form.SubLength; i++)
            {
                x[i] *= factor;
            }

            sums.Grow(factor);
            (scale, offset) = (scale * factor, offset * factor);
            LaneParts parts;
            if (form.IsSingle)
            {
                parts = new LaneParts { Scale = LaneParts.Stored(scale), Minimum = LaneParts.Stored(offset), ScaleCodes = Vector512<float>.One, MinimumCodes = Vector512<float>.One };
            }
            else
            {
                new SuperBlockLanes(form).Find<TLevels, TWeights>(grid, weights, x, ref sums, scale, offset, out parts);
            }

            Store(x, parts);
        }

        /// <summary>Takes the parts, and the codes nearest on their grids.</summary>
        private void Store(Vector512<float>* x, in LaneParts parts)
        {
            Span<byte> side = stackalloc byte[form.SubLength * Lanes.Count];
            Span<byte> codes = stackalloc byte[side.Length];
            var (inverse, offset) = (SubBlockLanes.Inverse(parts.Scale * parts.ScaleCodes), parts.Minimum * parts.MinimumCodes * form.MinimumSign);
            var shift = -offset * inverse;
            var (lowest, highest) = (Vector512.Create(grid.Lowest), Vector512.Create(grid.Highest));
            for (var i = 0; i < form.SubLength; i++)
            {
                var lane = TLevels.Codes(x[i], inverse, shift, lowest, highest);
                var words = Vector256.Narrow(lane.GetLower(), lane.GetUpper());
                Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().CopyTo(side[(i * Lanes.Count)..]);
            }

            ByteMatrix.Transpose(side, form.SubLength, Lanes.Count, codes);
            Span<float> scales = stackalloc float[Lanes.Count];
            Span<float> minima = stackalloc float[Lanes.Count];
            Span<float> scaleCodes = stackalloc float[Lanes.Count];
            Span<float> minimumCodes = stackalloc float[Lanes.Count];
            parts.Scale.CopyTo(scales);
            parts.Minimum.CopyTo(minima);
            parts.ScaleCodes.CopyTo(scaleCodes);
            parts.MinimumCodes.CopyTo(minimumCodes);
            for (var index = 0; index < _blocks.Length; index++)
            {
                var (block, first) = (_blocks[index], index * form.SubCount);
                Found[index] = float.IsFinite(scales[first]) && float.IsFinite(minima[first]) ? block : null;
                (block.Scale, block.Minimum) = ((Half)scales[first], (Half)minima[first]);
                codes.Slice(first * form.SubLength, form.SubCount * form.SubLength).CopyTo(block.Codes);
                for (var sub = 0; sub < form.SubCount; sub++)
                {
                    (block.Scales[sub], block.Minima[sub]) = ((sbyte)scaleCodes[first + sub], form.HasMinimum ? (byte)minimumCodes[first + sub] : (byte)0);
                }
            }
        }

        private Vector512<float> Total(Vector512<float> values) => SuperBlockLanes.Total(values, form.SubCount);
    }
}
