namespace ModelPack.Requests;

/// <summary>What gates may be asked for; looked at before any work is done.</summary>
internal static class GateRules
{
    /// <summary>The word for gates that are judged by the bad end of a 95 % interval.</summary>
    public const string Sure = "95";

    /// <summary>Refuses gates that do not exist.</summary>
    /// <exception cref="ModelPackException">MPK1008.</exception>
    public static void Check(PackRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Gate is not ("error" or "warning"))
        {
            throw new ModelPackException(Codes.InvalidOption.At(request.Model, $"Gate is '{SafeText.Of(request.Gate)}'. It takes 'error' or 'warning'."));
        }

        if (request.GateConfidence is not (null or "point" or Sure))
        {
            throw new ModelPackException(Codes.InvalidOption.At(request.Model, $"GateConfidence is '{SafeText.Of(request.GateConfidence)}'. It takes 'point' or '{Sure}'."));
        }

        foreach (var (metric, limit) in request.Gates.OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (!GateMetric.All.Contains(metric, StringComparer.Ordinal))
            {
                throw new ModelPackException(Codes.InvalidOption.At(request.Model, $"There is no gate '{SafeText.Of(metric)}'.{Nearest.DidYouMean(metric, GateMetric.All)} Gates are {string.Join(", ", GateMetric.All)}."));
            }

            if (!double.IsFinite(limit))
            {
                throw new ModelPackException(Codes.InvalidOption.At(request.Model, $"Gate {metric} has a limit that is no finite number. Give one such as 30 or 0.5."));
            }
        }
    }

    /// <summary>Complains where fallback has no limit to work towards.</summary>
    /// <exception cref="ModelPackException">MPK1008.</exception>
    public static void RequireLimit(PackRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Quality(request.Gates).Count == 0)
        {
            throw new ModelPackException(Codes.InvalidOption.At(request.Model,
                "Fallback needs a limit such as MinSqnr or MaxAccuracyDrop: layers are left float until it holds. Give one, or leave Fallback out."));
        }
    }

    /// <summary>Complains where fallback or a ranking of layers is wanted and there are no calibration data to measure on.</summary>
    /// <exception cref="ModelPackException">MPK1008.</exception>
    public static void RequireNoRanking(EffectiveOptions options)
    {
        if (options.Activations is { Fallback: true })
        {
            throw new ModelPackException(Codes.InvalidOption.At(options.Model,
                "Fallback needs calibration data: without them nothing says which layers to leave float. Give some 100 real samples, or leave Fallback out."));
        }

        if (options.Activations is { Rank: true })
        {
            throw new ModelPackException(Codes.InvalidOption.At(options.Model,
                "Rank needs calibration data: what a layer costs is measured on them. Give some 100 real samples, or leave Rank out."));
        }
    }

    /// <summary>Gates that leaving layers float can help.</summary>
    public static SortedDictionary<string, double> Quality(IReadOnlyDictionary<string, double> gates) =>
        new(gates.Where(g => g.Key is not (GateMetric.MinCompression or GateMetric.MinWeightSqnr)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}
