package funcs

import (
	"strings"

	"wirehunt/kql/types"
)

// units are the conversions of measures.  Each table gives a unit in terms of
// one base unit.  https://learn.microsoft.com/kusto/query/scalar-functions#conversion-functions
func units() []types.Func {
	conv := func(name, doc string, table map[string]float64) types.Func {
		return goFn(name, "(value:real, from:string, to:string) -> real", doc, func(a []types.Value) any {
			from, ok1 := table[strings.ToLower(text(a[1]))]
			to, ok2 := table[strings.ToLower(text(a[2]))]
			if !ok1 || !ok2 {
				return nil
			}
			return flt(a[0]) * from / to
		})
	}
	return []types.Func{
		conv("convert_length", "A length in another unit.", map[string]float64{"angstrom": 1e-10, "nanometer": 1e-9, "micrometer": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2, "decimeter": 0.1,
			"meter": 1, "decameter": 10, "hectometer": 100, "kilometer": 1e3, "megameter": 1e6, "inch": 0.0254, "foot": 0.3048, "yard": 0.9144, "mile": 1609.344, "nauticalmile": 1852,
			"lightyear": 9.46073047258e15, "parsec": 3.08567758128e16, "fathom": 1.8288, "chain": 20.1168, "hand": 0.1016, "mil": 2.54e-5}),
		conv("convert_mass", "A mass in another unit.", map[string]float64{"nanogram": 1e-12, "microgram": 1e-9, "milligram": 1e-6, "centigram": 1e-5, "decigram": 1e-4, "gram": 1e-3, "decagram": 1e-2,
			"hectogram": 0.1, "kilogram": 1, "tonne": 1e3, "kilotonne": 1e6, "megatonne": 1e9, "ounce": 0.028349523125, "pound": 0.45359237, "stone": 6.35029318, "shortton": 907.18474, "longton": 1016.0469088, "grain": 6.479891e-5}),
		conv("convert_speed", "A speed in another unit.", map[string]float64{"centimeterpersecond": 0.01, "meterpersecond": 1, "kilometerpersecond": 1e3, "kilometerperhour": 1 / 3.6, "meterperhour": 1.0 / 3600,
			"meterperminute": 1.0 / 60, "kilometerperminute": 1000.0 / 60, "footpersecond": 0.3048, "footperminute": 0.3048 / 60, "footperhour": 0.3048 / 3600, "mileperhour": 0.44704, "knot": 1852.0 / 3600, "centimeterperhour": 0.01 / 3600, "centimeterperminute": 0.01 / 60, "inchperhour": 0.0254 / 3600, "inchperminute": 0.0254 / 60, "yardpersecond": 0.9144, "yardperminute": 0.9144 / 60, "yardperhour": 0.9144 / 3600, "mach": 340.29, "inchpersecond": 0.0254}),
		conv("convert_force", "A force in another unit.", map[string]float64{"dyn": 1e-5, "micronewton": 1e-6, "millinewton": 1e-3, "newton": 1, "decanewton": 10, "kilonewton": 1e3, "meganewton": 1e6,
			"kilogramforce": 9.80665, "kilopond": 9.80665, "ounceforce": 0.27801385095378125, "poundforce": 4.4482216152605, "poundal": 0.138254954376, "tonneforce": 9806.65, "shorttonforce": 8896.443230521}),
		conv("convert_energy", "An energy in another unit.", map[string]float64{"joule": 1, "millijoule": 1e-3, "kilojoule": 1e3, "megajoule": 1e6, "gigajoule": 1e9, "calorie": 4.184, "kilocalorie": 4184, "watthour": 3600,
			"kilowatthour": 3.6e6, "megawatthour": 3.6e9, "gigawatthour": 3.6e12, "electronvolt": 1.602176565e-19, "britishthermalunit": 1055.05585262, "erg": 1e-7, "footpound": 1.355817948}),
		conv("convert_volume", "A volume in another unit.", map[string]float64{"cubicmillimeter": 1e-9, "cubiccentimeter": 1e-6, "cubicdecimeter": 1e-3, "cubicmeter": 1, "cubickilometer": 1e9, "microliter": 1e-9, "milliliter": 1e-6,
			"centiliter": 1e-5, "deciliter": 1e-4, "liter": 1e-3, "hectoliter": 0.1, "kiloliter": 1, "megaliter": 1e3, "cubicinch": 1.6387064e-5, "cubicfoot": 0.028316846592, "cubicyard": 0.764554857984,
			"usgallon": 0.003785411784, "imperialgallon": 0.00454609, "oilbarrel": 0.158987294928, "acrefoot": 1 / 0.000810714}),
		conv("convert_angle", "An angle in another unit.", map[string]float64{"radian": 57.29577951308232, "degree": 1, "arcminute": 1.0 / 60, "arcsecond": 1.0 / 3600, "gradian": 0.9, "revolution": 360, "turn": 360}),
		goFn("convert_temperature", "(value:real, from:string, to:string) -> real", "A temperature in another unit.", func(a []types.Value) any {
			// Each scale is a factor and an offset to kelvin.
			scales := map[string][2]float64{"kelvin": {1, 0}, "degreecelsius": {1, 273.15}, "degreefahrenheit": {5.0 / 9, 459.67 * 5 / 9}, "degreerankine": {5.0 / 9, 0},
				"degreereaumur": {1.25, 273.15}, "degreedelisle": {-2.0 / 3, 373.15}, "degreenewton": {100.0 / 33, 273.15}, "degreeroemer": {40.0 / 21, 273.15 - 7.5*40/21}}
			from, ok1 := scales[strings.ToLower(text(a[1]))]
			to, ok2 := scales[strings.ToLower(text(a[2]))]
			if !ok1 || !ok2 {
				return nil
			}
			return (flt(a[0])*from[0] + from[1] - to[1]) / to[0]
		}),
	}
}
