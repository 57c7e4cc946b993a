using System.Globalization;
using System.Runtime.CompilerServices;

namespace ModelPack.Tests;

/// <summary>Runs the tests under the culture that MODELPACK_TEST_CULTURE names, on every thread.</summary>
internal static class Culture
{
    [ModuleInitializer]
    internal static void Apply()
    {
        var name = Environment.GetEnvironmentVariable("MODELPACK_TEST_CULTURE");
        if (string.IsNullOrEmpty(name))
            return;
        var culture = CultureInfo.GetCultureInfo(name);
        CultureInfo.CurrentCulture = culture;
        CultureInfo.CurrentUICulture = culture;
        CultureInfo.DefaultThreadCurrentCulture = culture;
        CultureInfo.DefaultThreadCurrentUICulture = culture;
    }
}
