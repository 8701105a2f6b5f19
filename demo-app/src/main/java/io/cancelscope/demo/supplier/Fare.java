package io.cancelscope.demo.supplier;

import java.math.BigDecimal;
import java.time.LocalTime;

/**
 * What a seat costs.
 *
 * @param price how much
 * @param currency of what
 * @param supplier who sells it
 * @param flight the flight's number
 * @param departure when it leaves
 */
public record Fare(BigDecimal price, String currency, String supplier, String flight, LocalTime departure) {

}
