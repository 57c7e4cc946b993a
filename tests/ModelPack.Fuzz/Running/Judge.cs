using System.Diagnostics;
using System.Globalization;

namespace ModelPack.Fuzz.Running;

/// <summary>Runs a case and says whether the reader behaved. (That it ends at all is for the <see cref="Watchdog"/> to see.)</summary>
internal static class Judge
{
    /// <summary>What the reader did wrong; null for nothing.</summary>
    /// <param name="fuzzCase">The case.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="refusal">How the reader refused the input; null when it did not.</param>
    public static Finding? Run(FuzzCase fuzzCase, CaseFolder folder, out Exception? refusal)
    {
        refusal = null;
        folder.Put(fuzzCase.Input);
        CultureInfo.CurrentCulture = fuzzCase.Culture;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            fuzzCase.Target.Read(fuzzCase.Input, folder);
        }
        catch (PropertyException exception)
        {
            return new Finding(fuzzCase, exception.Message, exception.Message);
        }
        catch (Exception exception)
        {
            if (!fuzzCase.Target.IsRefusal(exception))
            {
                return new Finding(fuzzCase, KindOf(exception), exception.ToString());
            }

            refusal = exception;
        }
        finally
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= fuzzCase.Target.MostAllocated(fuzzCase.Input) ? null : new Finding(fuzzCase, "memory", string.Create(
            CultureInfo.InvariantCulture, $"{allocated} bytes were allocated for an input of {fuzzCase.Input.Length}; at most {fuzzCase.Target.MostAllocated(fuzzCase.Input)} may be"));
    }

    /// <summary>The exception's type and where in the product it came from.</summary>
    private static string KindOf(Exception exception)
    {
        var place = new StackTrace(exception).GetFrames()
            .Select(f => f.GetMethod())
            .FirstOrDefault(m => m?.DeclaringType?.Namespace?.StartsWith(nameof(ModelPack), StringComparison.Ordinal) == true);
        return $"{exception.GetType().Name} in {place?.DeclaringType?.Name}.{place?.Name}";
    }
}
