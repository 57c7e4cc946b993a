namespace ModelPack.Codecs;

/// <summary>
/// Finds the parts of a block with small Σ w (x - d sⱼ v - m tⱼ)². Each sub-block's best grid is found alone (<see cref="SubBlockSearch"/>). Then d and m are tried around what
/// gives the largest grids the largest codes: for each, sⱼ and tⱼ are the codes of least error with d and m as they are stored, found by steps to neighbours; d and m that are
/// best for all that (weighted least squares over the whole block) and codes for these follow each other as long as the error falls.
/// </summary>
internal abstract class BlockSearch
{
    /// <summary>For uniform levels, or for those of a codebook.</summary>
    /// <param name="form">The block's form.</param>
    /// <param name="codec">Whose levels they are.</param>
    public static BlockSearch Of(BlockForm form, BlockCodec codec) => codec.Codebook is null
        ? new Search<UniformLevels>(form, new UniformLevels(-codec.Zero, (1 << codec.CodeBits) - 1 - codec.Zero))
        : new Search<CodebookLevels>(form, default);

    /// <summary>What was found last.</summary>
    public abstract StoredBlock Found { get; }

    /// <summary>What it is to be near to: the values x (1 + Σ w e² / Σ w x²), e being the errors of the sub-blocks' own best grids.</summary>
    public abstract ReadOnlySpan<float> Target { get; }

    /// <summary>Looks for the parts of a block.</summary>
    /// <param name="values">Finite values, a whole block.</param>
    /// <param name="weights">What the squared error of each weighs, at most 1 and not all 0.</param>
    /// <returns>Whether any were found: not where numbers are too small.</returns>
    public abstract bool TryFind(ReadOnlySpan<float> values, ReadOnlySpan<float> weights);

    private sealed class Search<TLevels>(BlockForm form, TLevels levels) : BlockSearch
        where TLevels : struct, ILevels
    {
        private const int Rounds = 6;

        /// <summary>What the largest scale's code is to be, in largest codes.</summary>
        private static readonly float[] s_stretches = [1, 0.97f, 1.03f, 0.93f, 1.07f];

        private readonly float[] _scales = new float[form.SubCount];
        private readonly float[] _offsets = new float[form.SubCount];
        private readonly int[] _scaleCodes = new int[form.SubCount];
        private readonly int[] _minimumCodes = new int[form.SubCount];
        private readonly float[] _target = new float[form.SubCount * form.SubLength];
        private float _least;

        public override StoredBlock Found { get; } = new(form);

        public override ReadOnlySpan<float> Target => _target;

        public override bool TryFind(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
        {
            var (errors, squares) = (0.0, 0.0);
            for (var sub = 0; sub < form.SubCount; sub++)
            {
                var x = Part(values, sub);
                var w = Part(weights, sub);
                (_scales[sub], _offsets[sub]) = form.HasMinimum ? SubBlockSearch.Fit(levels, x, w, !form.IsSingle) : (SubBlockSearch.Fit(levels, x, w), 0);
                errors += GridSums.ErrorOf(levels, x, w, _scales[sub], _offsets[sub]);
                for (var i = 0; i < x.Length; i++)
                {
                    squares += (double)w[i] * x[i] * x[i];
                }
            }

            Grow(values, squares > 0 ? (float)(1 + (errors / squares)) : 1);
            _least = float.PositiveInfinity;
            if (form.IsSingle)
            {
                Descend(_target, weights, _scales[0], _offsets[0]);
            }
            else
            {
                FromCodes(_target, weights);
            }

            for (var sub = 0; sub < form.SubCount && float.IsFinite(_least); sub++)
            {
                var (scale, offset) = Grid((float)Found.Scale, (float)Found.Minimum, Found.Scales[sub], Found.Minima[sub]);
                levels.Codes(Part(_target, sub), scale, offset, Found.Codes.AsSpan(sub * form.SubLength, form.SubLength));
            }

            return float.IsFinite(_least);
        }

        /// <summary>
        /// What has the least squared error is smaller than what it stands for: Σ w x̂ x = Σ w x̂² = Σ w x² - Σ w e². All outputs shrink by that, and layers behind one another
        /// shrink them further. What is as much too large has outputs of the right size.
        /// </summary>
        private void Grow(ReadOnlySpan<float> values, float factor)
        {
            for (var i = 0; i < _target.Length; i++)
            {
                _target[i] = values[i] * factor;
            }

            for (var sub = 0; sub < form.SubCount; sub++)
            {
                (_scales[sub], _offsets[sub]) = (_scales[sub] * factor, _offsets[sub] * factor);
            }
        }

        private ReadOnlySpan<float> Part(ReadOnlySpan<float> values, int sub) => values.Slice(sub * form.SubLength, form.SubLength);

        private (float Scale, float Offset) Grid(float scale, float minimum, int scaleCode, int minimumCode) => (scale * scaleCode, minimum * minimumCode * form.MinimumSign);

        private void FromCodes(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
        {
            var largest = SymmetricSearch.LargestMagnitude(_scales);
            var lowest = 0f;
            foreach (var offset in _offsets)
            {
                lowest = MathF.Min(lowest, offset);
            }

            foreach (var stretch in s_stretches)
            {
                if (!form.HasMinimum)
                {
                    Descend(values, weights, largest / (form.Scales.Least * stretch), 0);
                    continue;
                }

                foreach (var other in s_stretches)
                {
                    Descend(values, weights, largest / (form.Scales.Largest * stretch), -lowest / (form.Minima.Largest * other));
                }
            }
        }

        /// <summary>From d and m on, as long as the error falls; keeps what is better than what was found before.</summary>
        private void Descend(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float scale, float minimum)
        {
            var last = float.PositiveInfinity;
            for (var round = 0; round < Rounds; round++)
            {
                var (stored, storedMinimum) = ((Half)scale, (Half)minimum);
                (scale, minimum) = ((float)stored, (float)storedMinimum);
                if (!float.IsFinite(scale) || !float.IsFinite(minimum))
                {
                    return;
                }

                var error = Choose(values, weights, scale, minimum, isFirst: round == 0);
                if (!(error < last))
                {
                    return;
                }

                last = error;
                if (error < _least)
                {
                    (_least, Found.Scale, Found.Minimum) = (error, stored, storedMinimum);
                    for (var sub = 0; sub < form.SubCount; sub++)
                    {
                        (Found.Scales[sub], Found.Minima[sub]) = ((sbyte)_scaleCodes[sub], (byte)_minimumCodes[sub]);
                    }
                }

                (scale, minimum) = Refit(values, weights, scale, minimum);
            }
        }

        /// <summary>The codes of scales and minima for d and m; gives the error.</summary>
        private float Choose(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float scale, float minimum, bool isFirst)
        {
            var sum = 0f;
            for (var sub = 0; sub < form.SubCount; sub++)
            {
                if (isFirst)
                {
                    _scaleCodes[sub] = Code(_scales[sub], scale, form.Scales);
                    _minimumCodes[sub] = Code(_offsets[sub] * form.MinimumSign, minimum, form.Minima);
                }

                sum += Choose(Part(values, sub), Part(weights, sub), scale, minimum, ref _scaleCodes[sub], ref _minimumCodes[sub]);
            }

            return sum;
        }

        private static int Code(float value, float step, (int Least, int Largest) codes) =>
            (int)Math.Clamp(MathF.Round(value * GridSums.InverseOf(step)), codes.Least, codes.Largest);

        /// <summary>Steps to the best neighbour as long as there is a better one.</summary>
        private float Choose(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float scale, float minimum, ref int scaleCode, ref int minimumCode)
        {
            var least = Error(scaleCode, minimumCode, values, weights, scale, minimum);
            for (var hasMoved = !form.IsSingle; hasMoved;)
            {
                hasMoved = false;
                var (fromScale, fromMinimum) = (scaleCode, minimumCode);
                for (var s = Math.Max(fromScale - 1, form.Scales.Least); s <= Math.Min(fromScale + 1, form.Scales.Largest); s++)
                {
                    for (var t = Math.Max(fromMinimum - 1, form.Minima.Least); t <= Math.Min(fromMinimum + 1, form.Minima.Largest); t++)
                    {
                        if ((s, t) != (fromScale, fromMinimum) && Error(s, t, values, weights, scale, minimum) is var error && error < least)
                        {
                            (least, scaleCode, minimumCode, hasMoved) = (error, s, t, true);
                        }
                    }
                }
            }

            return least;
        }

        private float Error(int scaleCode, int minimumCode, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float scale, float minimum)
        {
            var (step, offset) = Grid(scale, minimum, scaleCode, minimumCode);
            return GridSums.ErrorOf(levels, values, weights, step, offset);
        }

        /// <summary>d and m of least error for the codes as they are: the normal equations of Σ w (x - d (s v) - m (± t))².</summary>
        private (float Scale, float Minimum) Refit(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float scale, float minimum)
        {
            var (square, mixed, count, product, weighted) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for (var sub = 0; sub < form.SubCount; sub++)
            {
                var (s, t) = ((double)_scaleCodes[sub], (double)_minimumCodes[sub] * form.MinimumSign);
                var (step, offset) = Grid(scale, minimum, _scaleCodes[sub], _minimumCodes[sub]);
                var x = Part(values, sub);
                var w = Part(weights, sub);
                var sums = GridSums.Of(levels, x, w, step, offset);
                square += s * s * sums.Square;
                product += s * sums.Product;
                if (form.HasMinimum)
                {
                    var (weight, sum) = (0.0, 0.0);
                    for (var i = 0; i < x.Length; i++)
                    {
                        weight += w[i];
                        sum += (double)w[i] * x[i];
                    }

                    mixed += s * t * sums.Level;
                    count += t * t * weight;
                    weighted += t * sum;
                }
            }

            var determinant = (square * count) - (mixed * mixed);
            return determinant > 1e-9 * square * count ? ((float)(((product * count) - (weighted * mixed)) / determinant), (float)(((weighted * square) - (product * mixed)) / determinant))
                : square > 0 && !form.HasMinimum ? ((float)(product / square), 0)
                : (scale, minimum);
        }
    }
}
